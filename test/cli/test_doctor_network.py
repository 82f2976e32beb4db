"""What the doctor says of the network, on the terminal."""

import io

import typer
from rich.console import Console
from typer.testing import CliRunner

from synth_ros.cli.doctor import doctor, show_network
from synth_ros.errors import NotFoundError
from synth_ros.network.findings import Finding
from synth_ros.network.kernel import wanted_settings
from synth_ros.network.profiles import shipped_file

app = typer.Typer()
app.command()(doctor)


def test_the_kernel_file_is_printed_as_it_is():
    result = CliRunner().invoke(app, ['--sysctl'])
    assert result.exit_code == 0
    assert result.stdout == shipped_file('sysctl').read_text()
    assert all(f'{name} = {value}\n' in result.stdout for name, value in wanted_settings().items())


def test_files_are_found_by_name():
    result = CliRunner().invoke(app, ['--file', 'fastdds-network'])
    assert result.stdout.strip() == str(shipped_file('fastdds-network'))
    result = CliRunner().invoke(app, ['--file', 'fastdds-netwrk'])
    assert isinstance(result.exception, NotFoundError)
    assert "did you mean 'fastdds-network'" in str(result.exception).lower()


def test_findings_fit_a_terminal_and_commands_stand_on_one_line():
    command = 'export ' + 'X' * 100
    found = [Finding('kernel [net]', 'warning', 'narrow, ' * 30, command)]
    console = Console(width=80, file=io.StringIO(), highlight=False)
    show_network(found, console)
    lines = console.file.getvalue().splitlines()
    assert max(len(line) for line in lines if '│' in line) <= 80
    assert f'kernel [net]: {command}' in lines

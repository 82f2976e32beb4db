#!/usr/bin/env bash
# Prepare everything that scripts/demo and scripts/test need, in .venv beside this folder.
#
#   scripts/setup.sh [run|test]     run: to use the package; test: with the tools for development
#
# Safe to repeat: a second run with nothing changed takes about a second. PYTHON names the
# interpreter (default: the newest of python3, python3.13, python3.12, python3.11 that fits).
set -euo pipefail

# Left by a parent process that uses the ROS 2 wheels; it would keep ours from finding their
# libraries.
unset _ROS_WHEELS_BOOTSTRAP_COMPLETE
unset PYTHONHOME

readonly PROFILE="${1:-run}"
readonly DATUMARO='datumaro==1.13.12'
ROOT="$(cd -- "$(dirname -- "${BASH_SOURCE[0]}")/.." && pwd -P)"
readonly ROOT
readonly VENV="$ROOT/.venv"
readonly VENV_PYTHON="$VENV/bin/python"

say() { printf 'setup: %s\n' "$*" >&2; }
die() { printf 'setup: error: %s\n' "$*" >&2; exit 1; }

# --- the interpreter ----------------------------------------------------------------------------

fits() { "$1" -c 'import sys; sys.exit(sys.version_info < (3, 11))' >/dev/null 2>&1; }

find_python() {
  local candidate
  if [[ -n "${PYTHON:-}" ]]; then
    command -v "$PYTHON" >/dev/null || die "PYTHON=$PYTHON is not a program. Name one that is."
    fits "$PYTHON" || die "PYTHON=$PYTHON is not Python 3.11 or newer, which MuJoCo 4 needs."
    command -v "$PYTHON"
    return
  fi
  for candidate in python3 python3.13 python3.12 python3.11; do
    if command -v "$candidate" >/dev/null && fits "$candidate"; then
      command -v "$candidate"
      return
    fi
  done
  die "no Python 3.11 or newer on PATH, which MuJoCo 4 needs. Install one (Ubuntu 24.04 and" \
    "Debian 12 have it: sudo apt install python3 python3-venv python3-dev) or set PYTHON=/path."
}

check_python() {
  local version
  version="$("$BASE_PYTHON" -c 'import sys; print("{}.{}".format(*sys.version_info))')"
  "$BASE_PYTHON" -c 'import venv, ensurepip' 2>/dev/null ||
    die "$BASE_PYTHON cannot make environments with pip: sudo apt install python$version-venv"
}

check_compiler() {
  command -v "${CXX:-g++}" >/dev/null ||
    die "no C++ compiler (${CXX:-g++}), which the ROS 2 messages need: sudo apt install g++"
  local include
  include="$("$BASE_PYTHON" -c 'import sysconfig; print(sysconfig.get_path("include"))')"
  [[ -f "$include/Python.h" ]] ||
    die "$include/Python.h is missing, which the ROS 2 messages need: sudo apt install" \
      "python$("$BASE_PYTHON" -c 'import sys; print("{}.{}".format(*sys.version_info))')-dev"
}

# --- ROS 2 --------------------------------------------------------------------------------------

# Prints "installed" when a ROS 2 installation is sourced that has everything, else "wheels".
find_ros() {
  if [[ -z "${ROS_DISTRO:-}" ]]; then
    [[ "$(uname -sm)" == 'Linux x86_64' ]] ||
      die "ROS 2 comes as Python wheels for Linux on x86_64 only, and this is $(uname -sm):" \
        "install ROS 2 Jazzy and source /opt/ros/jazzy/setup.bash first."
    echo wheels
    return
  fi
  local problem
  problem="$("$BASE_PYTHON" 2>&1 -c \
    'import rclpy, realsense2_camera_msgs.msg, tf2_msgs.msg, vision_msgs.msg' | tail -n 1 || true)"
  [[ -z "$problem" ]] ||
    die "ROS 2 $ROS_DISTRO is sourced, but $BASE_PYTHON cannot use it ($problem). Install what" \
      "is missing (sudo apt install ros-$ROS_DISTRO-vision-msgs ros-$ROS_DISTRO-tf2-msgs" \
      "ros-$ROS_DISTRO-realsense2-camera-msgs)," \
      "choose its interpreter (PYTHON=/usr/bin/python3), or use a shell without ROS."
  echo installed
}

# --- system libraries ---------------------------------------------------------------------------

# Prints the packages of which nothing is here. Arguments: package=alternative,...; an alternative
# is the name of a library that can be loaded or a pattern for files.
missing_packages() {
  "$BASE_PYTHON" - "$@" <<'PY'
import ctypes, glob, sys

def exists(wanted):
    if '/' in wanted:
        return bool(glob.glob(wanted))
    try:
        ctypes.CDLL(wanted)
    except OSError:
        return False
    return True

for item in sys.argv[1:]:
    package, alternatives = item.split('=')
    if not any(exists(wanted) for wanted in alternatives.split(',')):
        print(package)
PY
}

apt_install() {
  local as_root=()
  if [[ "$(id -u)" != 0 ]]; then
    command -v sudo >/dev/null || return 1
    as_root=(sudo)
  fi
  command -v apt-get >/dev/null || return 1
  say "installing with apt: $*"
  "${as_root[@]}" apt-get update -qq >&2 || return 1
  "${as_root[@]}" env DEBIAN_FRONTEND=noninteractive \
    apt-get install -y -qq --no-install-recommends "$@" >&2 || return 1
}

ensure_libraries() {
  local missing
  mapfile -t missing < <(missing_packages \
    libegl1=libEGL.so.1 libgl1=libGL.so.1 libopengl0=libOpenGL.so.0 libglvnd0=libGLdispatch.so.0 \
    'libgl1-mesa-dri=/usr/lib/*/dri/*_dri.so,/usr/share/glvnd/egl_vendor.d/*nvidia*' \
    libvulkan1=libvulkan.so.1 \
    'mesa-vulkan-drivers=/usr/share/vulkan/icd.d/*,/etc/vulkan/icd.d/*')
  ((${#missing[@]})) || return 0
  apt_install "${missing[@]}" && return 0
  local name
  for name in "${missing[@]}"; do
    case "$name" in
      libvulkan1 | mesa-vulkan-drivers) ;;
      *) die "libraries for rendering are missing and could not be installed:" \
        "sudo apt install ${missing[*]}" ;;
    esac
  done
  say "warning: no Vulkan, so no Filament renderer; the others work:" \
    "sudo apt install ${missing[*]}"
}

# --- the environment ----------------------------------------------------------------------------

# Everything that decides what is installed, as one hash.
key() {
  {
    printf '%s\n' "$1" "$ROOT" "$ROS" "${ROS_DISTRO:-}" "$BASE_PYTHON"
    "$BASE_PYTHON" -c 'import sys; print(sys.version)'
    cat -- "$ROOT/setup.py" "$ROOT/scripts/setup.sh" "$ROOT"/synth_ros/ros/interfaces/*.py \
      "$ROOT"/synth_ros/ros/interfaces/*/*/*.{msg,srv,action}
  } | sha256sum | cut -d ' ' -f 1
}

is_done() { [[ -f "$VENV/setup-$1" && "$(<"$VENV/setup-$1")" == "$(key "$1")" ]]; }

make_venv() {
  local options=(--clear)
  [[ "$ROS" == installed ]] && options+=(--system-site-packages)
  say "making $VENV with $BASE_PYTHON"
  "$BASE_PYTHON" -m venv "${options[@]}" "$VENV"
}

# Same interpreter and same kind as wanted? (A broken or half-made one is not.)
venv_fits() {
  local system=false
  [[ "$ROS" == installed ]] && system=true
  grep -q "include-system-site-packages = $system" "$VENV/pyvenv.cfg" 2>/dev/null &&
    [[ "$(cat "$VENV/base-python" 2>/dev/null)" == "$BASE_PYTHON" ]] &&
    "$VENV_PYTHON" -m pip --version >/dev/null 2>&1
}

install_packages() {
  local extras='collision' options=(--quiet --disable-pip-version-check)
  [[ "$ROS" == wheels ]] && extras+=',ros'
  [[ "$PROFILE" == test ]] && extras+=',cluster,detector,formats,view,test,dev,build'
  if [[ "$ROS" == installed ]]; then
    # The compiled messages of the installation work with its own numpy only.
    "$BASE_PYTHON" -c 'import numpy; print(f"numpy=={numpy.__version__}")' >"$VENV/constraints.txt"
    options+=(--constraint "$VENV/constraints.txt")
  fi
  say "installing packages into $VENV (some minutes the first time)"
  (cd -- "$ROOT" && "$VENV_PYTHON" -m pip install "${options[@]}" --editable ".[$extras]") ||
    die "pip could not install the packages; its message is above. Check the network and run" \
      "this again."
  [[ "$PROFILE" == test ]] || return 0
  # Without what it asks for: an older OpenCV would take the place of ours, which it works with.
  "$VENV_PYTHON" -m pip install "${options[@]}" --no-deps "$DATUMARO" ||
    die "pip could not install $DATUMARO; its message is above. Check the network and run this" \
      "again."
}

main() {
  [[ "$PROFILE" == run || "$PROFILE" == test ]] || die "unknown profile '$PROFILE': run or test."
  BASE_PYTHON="$(find_python)"
  ROS="$(find_ros)"
  # What is needed for testing is enough to run, too.
  if [[ -x "$VENV_PYTHON" ]] && { is_done test || { [[ "$PROFILE" == run ]] && is_done run; }; }; then
    return
  fi
  check_python
  [[ "$ROS" == installed ]] || check_compiler
  ensure_libraries
  if ! venv_fits; then
    make_venv
    printf '%s\n' "$BASE_PYTHON" >"$VENV/base-python"
  fi
  rm -f -- "$VENV/setup-run" "$VENV/setup-test"
  install_packages
  "$VENV_PYTHON" -m synth_ros.ros.interfaces.generate >&2
  key "$PROFILE" >"$VENV/setup-$PROFILE"
  say "ready"
}

main

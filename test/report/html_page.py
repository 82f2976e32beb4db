"""Reads a page as a browser would, and refuses what none should be given."""

from html.parser import HTMLParser

VOID = {'meta', 'input', 'img', 'br'}


class Page(HTMLParser):
    """Checks that tags nest, and keeps text and what would be loaded from elsewhere."""

    def __init__(self, text):
        super().__init__()
        self.open_tags = []
        self.words = []
        self.links = []
        self.images = 0
        self.feed(text)
        self.close()
        assert self.open_tags == []

    def handle_starttag(self, tag, attrs):
        if tag not in VOID:
            self.open_tags.append(tag)
        self.images += tag == 'img'
        self.links += [value for name, value in attrs if name in {'src', 'href'}]

    def handle_startendtag(self, tag, attrs):
        self.links += [value for name, value in attrs if name in {'src', 'href'}]

    def handle_endtag(self, tag):
        assert self.open_tags.pop() == tag

    def handle_data(self, data):
        self.words.append(data.strip())

    @property
    def text(self):
        return ' '.join(word for word in self.words if word)

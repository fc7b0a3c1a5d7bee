"""`troostwatch search`: find lots by words, by a code or a part of one, and by pictures."""

from __future__ import annotations

import click

from troostwatch.interfaces.cli import errors
from troostwatch.interfaces.cli.search.duplicates import duplicates
from troostwatch.interfaces.cli.search.find import find
from troostwatch.interfaces.cli.search.page import page


class _FindByDefault(click.Group):
    """A group whose command `find` needs not be named: 'search thinkpad' is 'search find thinkpad'."""

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        if args and args[0] not in self.commands and args[0] not in ctx.help_option_names:
            args = ["find", *args]
        return super().parse_args(ctx, args)


@click.group(cls=_FindByDefault, epilog=errors.EPILOG)
def search() -> None:
    """Find lots by words, by a code or a part of it, by a picture, by likeness.

    The word 'find' may be left out.

    \b
    troostwatch search "thinkpad x1 fold"
    troostwatch search --code 0195042177480
    troostwatch search --like A1-39499-11 --auction A1-39499
    """


for _command in (find, page, duplicates):
    search.add_command(_command)

"""`troostwatch completion`: what a shell needs to complete our words."""

from __future__ import annotations

import click
from click.shell_completion import get_completion_class


@click.command()
@click.argument("shell", type=click.Choice(["bash", "zsh", "fish"]))
@click.pass_context
def completion(ctx: click.Context, shell: str) -> None:
    """Print the completion script of a shell.

    \b
    eval "$(troostwatch completion bash)"        # in ~/.bashrc
    troostwatch completion fish > ~/.config/fish/completions/troostwatch.fish
    """
    kind = get_completion_class(shell)
    assert kind is not None
    click.echo(kind(ctx.find_root().command, {}, "troostwatch", "_TROOSTWATCH_COMPLETE").source())

"""`dondoc db roles`: the accounts a PostgreSQL warehouse should have, in words or as SQL. What each may: `roles`."""

from typing import Annotated

import typer

from deployments.cli_context import shown
from deployments.housekeeping_words import say

AsSql = Annotated[bool, typer.Option("--sql", help="In các câu lệnh SQL cho người quản trị cơ sở dữ liệu.")]


def register(db_app: typer.Typer) -> None:
    """Add this command to `db`."""
    db_app.command("roles", help="Các tài khoản PostgreSQL nên có và quyền của từng tài khoản.")(roles)


def roles(context: typer.Context, sql: AsSql = False) -> None:
    """Chỉ in ra; không kết nối và không thay đổi gì."""
    from deployments.roles import READ, RUN, SOURCE, source_statements, statements

    cli = shown(context)
    locale = cli.locale()
    if not sql:
        for key, name in (("role_run", RUN), ("role_read", READ), ("role_source", SOURCE)):
            typer.echo(say(key, locale, name=name))
        return
    typer.echo(f"-- {say('roles_head', locale)}")
    for statement in statements():
        typer.echo(f"{statement};")
    for source in cli.settings().sources:
        if view := getattr(source, "view", ""):
            typer.echo(f"\n-- {say('roles_source', locale, name=source.name)}")
            for statement in source_statements([view]):
                typer.echo(f"{statement};")

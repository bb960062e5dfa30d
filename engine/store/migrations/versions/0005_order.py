"""Text has one order, that of its code points, also in a PostgreSQL database that was made for a language."""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"


def upgrade() -> None:
    _collate('"C"')


def downgrade() -> None:
    _collate('"default"')


def _collate(collation: str) -> None:
    """Give every text that order. Only indexes are built anew: the rows stay as they are."""
    connection = op.get_bind()
    if connection.dialect.name != "postgresql":
        return
    texts = sa.text(
        "SELECT c.table_name, c.column_name, c.data_type, c.character_maximum_length FROM information_schema.columns c"
        " JOIN information_schema.tables t ON t.table_schema = c.table_schema AND t.table_name = c.table_name"
        " WHERE c.table_schema = current_schema() AND t.table_type = 'BASE TABLE'"
        " AND c.data_type IN ('text', 'character varying') AND c.table_name <> 'alembic_version'"
        " ORDER BY c.table_name, c.ordinal_position"
    )
    changes: dict[str, list[str]] = {}
    for table, column, kind, length in connection.execute(texts):
        whole = f"{kind}({length})" if length else kind
        changes.setdefault(table, []).append(f'ALTER COLUMN "{column}" TYPE {whole} COLLATE {collation}')
    for table, parts in changes.items():
        op.execute(f'ALTER TABLE "{table}" {", ".join(parts)}')

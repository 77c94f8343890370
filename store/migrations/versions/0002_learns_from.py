"""Which other projects' decisions a project learns from."""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"


def upgrade() -> None:
    op.add_column("projects", sa.Column("learns_from", sa.JSON(none_as_null=True), nullable=False, server_default="[]"))

"""The first tables."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from collab.kit.append_only import append_only_statements

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None

APPEND_ONLY = ("audit_entry", "room_fact", "expert_conclusion", "conclusion_acknowledgement", "expertise_step")


def upgrade() -> None:
    op.create_table(
        "audit_entry",
        sa.Column("seq", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("act", sa.String(), nullable=False),
        sa.Column("actor_id", sa.String(), nullable=True),
        sa.Column("actor_name", sa.String(), nullable=False),
        sa.Column("hospital_id", sa.String(), nullable=True),
        sa.Column("object_kind", sa.String(), nullable=False),
        sa.Column("object_id", sa.String(), nullable=False),
        sa.Column("facts", sa.JSON(), nullable=False),
        sa.Column("previous_hash", sa.String(), nullable=False),
        sa.Column("hash", sa.String(), nullable=False),
        sa.PrimaryKeyConstraint("seq", name=op.f("pk_audit_entry")),
    )
    with op.batch_alter_table("audit_entry", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_audit_entry_actor_id"), ["actor_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_audit_entry_object_id"), ["object_id"], unique=False)

    op.create_table(
        "hospital",
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("finess", sa.String(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("phone", sa.String(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_hospital")),
        sa.UniqueConstraint("finess", name=op.f("uq_hospital_finess")),
    )
    op.create_table(
        "try",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("key", sa.String(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_try")),
    )
    with op.batch_alter_table("try", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_try_key"), ["key"], unique=False)

    op.create_table(
        "person",
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("email", sa.String(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("role", sa.String(), nullable=False),
        sa.Column("specialty", sa.String(), nullable=True),
        sa.Column("rpps", sa.String(), nullable=True),
        sa.Column("phone", sa.String(), nullable=True),
        sa.Column("hospital_id", sa.String(), nullable=False),
        sa.Column("language", sa.String(), nullable=False),
        sa.Column("password_hash", sa.String(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("disabled_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["hospital_id"], ["hospital.id"], name=op.f("fk_person_hospital_id_hospital")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_person")),
        sa.UniqueConstraint("email", name=op.f("uq_person_email")),
        sa.UniqueConstraint("rpps", name=op.f("uq_person_rpps")),
    )
    op.create_table(
        "study",
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("hospital_id", sa.String(), nullable=False),
        sa.Column("study_uid", sa.String(), nullable=False),
        sa.Column("patient_name", sa.String(), nullable=False),
        sa.Column("family_name", sa.String(), nullable=False),
        sa.Column("given_name", sa.String(), nullable=False),
        sa.Column("birth_date", sa.String(), nullable=False),
        sa.Column("sex", sa.String(), nullable=False),
        sa.Column("patient_id", sa.String(), nullable=False),
        sa.Column("patient_id_issuer", sa.String(), nullable=False),
        sa.Column("ins", sa.String(), nullable=False),
        sa.Column("ins_oid", sa.String(), nullable=False),
        sa.Column("strict_key", sa.String(), nullable=True),
        sa.Column("study_date", sa.String(), nullable=False),
        sa.Column("study_time", sa.String(), nullable=False),
        sa.Column("description", sa.String(), nullable=False),
        sa.Column("accession_number", sa.String(), nullable=False),
        sa.Column("referring_physician", sa.String(), nullable=False),
        sa.Column("modalities", sa.JSON(), nullable=False),
        sa.Column("received", sa.Integer(), nullable=False),
        sa.Column("version", sa.String(), nullable=False),
        sa.Column("search_text", sa.Text(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["hospital_id"], ["hospital.id"], name=op.f("fk_study_hospital_id_hospital")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_study")),
        sa.UniqueConstraint("hospital_id", "study_uid", name=op.f("uq_study_hospital_id")),
    )
    with op.batch_alter_table("study", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_study_strict_key"), ["strict_key"], unique=False)
        batch_op.create_index(batch_op.f("ix_study_study_uid"), ["study_uid"], unique=False)

    op.create_table(
        "team",
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("hospital_id", sa.String(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("specialty", sa.String(), nullable=False),
        sa.ForeignKeyConstraint(["hospital_id"], ["hospital.id"], name=op.f("fk_team_hospital_id_hospital")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_team")),
    )
    op.create_table(
        "login",
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("token_digest", sa.String(), nullable=False),
        sa.Column("person_id", sa.String(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("seen_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("user_agent", sa.String(), nullable=False),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_login_person_id_person")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_login")),
        sa.UniqueConstraint("token_digest", name=op.f("uq_login_token_digest")),
    )
    with op.batch_alter_table("login", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_login_person_id"), ["person_id"], unique=False)

    op.create_table(
        "primary_report",
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("read_study_id", sa.String(), nullable=False),
        sa.Column("report_hospital_id", sa.String(), nullable=False),
        sa.Column("report_text", sa.Text(), nullable=False),
        sa.Column("first_reader", sa.String(), nullable=False),
        sa.Column("reported_on", sa.String(), nullable=False),
        sa.Column("copied_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("copied_by_id", sa.String(), nullable=False),
        sa.CheckConstraint("id LIKE 'RPT-%'", name=op.f("ck_primary_report_is_report")),
        sa.ForeignKeyConstraint(["copied_by_id"], ["person.id"], name=op.f("fk_primary_report_copied_by_id_person")),
        sa.ForeignKeyConstraint(["read_study_id"], ["study.id"], name=op.f("fk_primary_report_read_study_id_study")),
        sa.ForeignKeyConstraint(
            ["report_hospital_id"], ["hospital.id"], name=op.f("fk_primary_report_report_hospital_id_hospital")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_primary_report")),
    )
    with op.batch_alter_table("primary_report", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_primary_report_read_study_id"), ["read_study_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_primary_report_report_hospital_id"), ["report_hospital_id"], unique=False)

    op.create_table(
        "room",
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("patient", sa.JSON(), nullable=False),
        sa.Column("study_ids", sa.JSON(), nullable=False),
        sa.Column("subject_kind", sa.String(), nullable=False),
        sa.Column("subject_id", sa.String(), nullable=False),
        sa.Column("links", sa.JSON(), nullable=False),
        sa.Column("opened_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("closed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("epoch", sa.Integer(), nullable=False),
        sa.Column("owner", sa.String(), nullable=True),
        sa.Column("owner_until", sa.DateTime(timezone=True), nullable=True),
        sa.Column("signed_conclusion_id", sa.String(), nullable=True),
        sa.Column("signed_by_id", sa.String(), nullable=True),
        sa.ForeignKeyConstraint(["signed_by_id"], ["person.id"], name=op.f("fk_room_signed_by_id_person")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_room")),
    )
    with op.batch_alter_table("room", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_room_subject_id"), ["subject_id"], unique=False)

    op.create_table(
        "series",
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("study_id", sa.String(), nullable=False),
        sa.Column("series_uid", sa.String(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=True),
        sa.Column("modality", sa.String(), nullable=False),
        sa.Column("description", sa.String(), nullable=False),
        sa.Column("received", sa.Integer(), nullable=False),
        sa.Column("version", sa.String(), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("refusal", sa.String(), nullable=True),
        sa.Column("prepared_version", sa.String(), nullable=True),
        sa.Column("stacks", sa.JSON(), nullable=False),
        sa.ForeignKeyConstraint(["study_id"], ["study.id"], name=op.f("fk_series_study_id_study")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_series")),
        sa.UniqueConstraint("study_id", "series_uid", name=op.f("uq_series_study_id")),
    )
    with op.batch_alter_table("series", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_series_series_uid"), ["series_uid"], unique=False)
        batch_op.create_index(batch_op.f("ix_series_state"), ["state"], unique=False)

    op.create_table(
        "study_grant",
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("study_id", sa.String(), nullable=False),
        sa.Column("person_id", sa.String(), nullable=True),
        sa.Column("team_id", sa.String(), nullable=True),
        sa.Column("hospital_id", sa.String(), nullable=True),
        sa.Column("purpose", sa.String(), nullable=False),
        sa.Column("granted_by", sa.String(), nullable=False),
        sa.Column("since", sa.DateTime(timezone=True), nullable=False),
        sa.Column("until", sa.DateTime(timezone=True), nullable=True),
        sa.Column("revoked_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["hospital_id"], ["hospital.id"], name=op.f("fk_study_grant_hospital_id_hospital")),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_study_grant_person_id_person")),
        sa.ForeignKeyConstraint(["study_id"], ["study.id"], name=op.f("fk_study_grant_study_id_study")),
        sa.ForeignKeyConstraint(["team_id"], ["team.id"], name=op.f("fk_study_grant_team_id_team")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_study_grant")),
    )
    with op.batch_alter_table("study_grant", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_study_grant_hospital_id"), ["hospital_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_study_grant_person_id"), ["person_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_study_grant_purpose"), ["purpose"], unique=False)
        batch_op.create_index(batch_op.f("ix_study_grant_study_id"), ["study_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_study_grant_team_id"), ["team_id"], unique=False)

    op.create_table(
        "study_import",
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("hospital_id", sa.String(), nullable=False),
        sa.Column("person_id", sa.String(), nullable=True),
        sa.Column("by_name", sa.String(), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("files", sa.Integer(), nullable=False),
        sa.Column("seen", sa.Integer(), nullable=False),
        sa.Column("stored", sa.Integer(), nullable=False),
        sa.Column("known", sa.Integer(), nullable=False),
        sa.Column("set_aside", sa.Integer(), nullable=False),
        sa.Column("study_ids", sa.JSON(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["hospital_id"], ["hospital.id"], name=op.f("fk_study_import_hospital_id_hospital")),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_study_import_person_id_person")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_study_import")),
    )
    with op.batch_alter_table("study_import", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_study_import_person_id"), ["person_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_study_import_state"), ["state"], unique=False)

    op.create_table(
        "team_member",
        sa.Column("team_id", sa.String(), nullable=False),
        sa.Column("person_id", sa.String(), nullable=False),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_team_member_person_id_person")),
        sa.ForeignKeyConstraint(["team_id"], ["team.id"], name=op.f("fk_team_member_team_id_team")),
        sa.PrimaryKeyConstraint("team_id", "person_id", name=op.f("pk_team_member")),
    )
    with op.batch_alter_table("team_member", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_team_member_person_id"), ["person_id"], unique=False)

    op.create_table(
        "token",
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("token_digest", sa.String(), nullable=False),
        sa.Column("person_id", sa.String(), nullable=False),
        sa.Column("label", sa.String(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("revoked_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_token_person_id_person")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_token")),
        sa.UniqueConstraint("token_digest", name=op.f("uq_token_token_digest")),
    )
    with op.batch_alter_table("token", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_token_person_id"), ["person_id"], unique=False)

    op.create_table(
        "expertise_request",
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("activity_kind", sa.String(), nullable=False),
        sa.Column("pathway", sa.String(), nullable=False),
        sa.Column("urgency", sa.String(), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("question", sa.Text(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("callback_phone", sa.String(), nullable=False),
        sa.Column("patient", sa.JSON(), nullable=False),
        sa.Column("consent", sa.JSON(), nullable=False),
        sa.Column("key_data", sa.JSON(), nullable=False),
        sa.Column("requester_id", sa.String(), nullable=False),
        sa.Column("hospital_id", sa.String(), nullable=False),
        sa.Column("expert_person_id", sa.String(), nullable=True),
        sa.Column("expert_team_id", sa.String(), nullable=True),
        sa.Column("accepted_by_id", sa.String(), nullable=True),
        sa.Column("room_id", sa.String(), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("activity_kind = 'expertise'", name=op.f("ck_expertise_request_activity_kind")),
        sa.CheckConstraint("id LIKE 'EXR-%'", name=op.f("ck_expertise_request_is_request")),
        sa.CheckConstraint(
            "(expert_person_id IS NULL) <> (expert_team_id IS NULL)", name=op.f("ck_expertise_request_one_expert")
        ),
        sa.ForeignKeyConstraint(
            ["accepted_by_id"], ["person.id"], name=op.f("fk_expertise_request_accepted_by_id_person")
        ),
        sa.ForeignKeyConstraint(
            ["expert_person_id"], ["person.id"], name=op.f("fk_expertise_request_expert_person_id_person")
        ),
        sa.ForeignKeyConstraint(["expert_team_id"], ["team.id"], name=op.f("fk_expertise_request_expert_team_id_team")),
        sa.ForeignKeyConstraint(
            ["hospital_id"], ["hospital.id"], name=op.f("fk_expertise_request_hospital_id_hospital")
        ),
        sa.ForeignKeyConstraint(["requester_id"], ["person.id"], name=op.f("fk_expertise_request_requester_id_person")),
        sa.ForeignKeyConstraint(["room_id"], ["room.id"], name=op.f("fk_expertise_request_room_id_room")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_expertise_request")),
    )
    with op.batch_alter_table("expertise_request", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_expertise_request_accepted_by_id"), ["accepted_by_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_expertise_request_expert_person_id"), ["expert_person_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_expertise_request_expert_team_id"), ["expert_team_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_expertise_request_hospital_id"), ["hospital_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_expertise_request_state"), ["state"], unique=False)

    op.create_table(
        "instance",
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("hospital_id", sa.String(), nullable=False),
        sa.Column("series_id", sa.String(), nullable=False),
        sa.Column("sop_instance_uid", sa.String(), nullable=False),
        sa.Column("sop_class_uid", sa.String(), nullable=False),
        sa.Column("transfer_syntax_uid", sa.String(), nullable=False),
        sa.Column("instance_number", sa.Integer(), nullable=True),
        sa.Column("sha256", sa.String(), nullable=False),
        sa.Column("size", sa.BigInteger(), nullable=False),
        sa.Column("header_json", sa.Text(), nullable=False),
        sa.Column("file_name", sa.String(), nullable=False),
        sa.Column("import_id", sa.String(), nullable=False),
        sa.Column("received_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["hospital_id"], ["hospital.id"], name=op.f("fk_instance_hospital_id_hospital")),
        sa.ForeignKeyConstraint(["import_id"], ["study_import.id"], name=op.f("fk_instance_import_id_study_import")),
        sa.ForeignKeyConstraint(["series_id"], ["series.id"], name=op.f("fk_instance_series_id_series")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_instance")),
        sa.UniqueConstraint("hospital_id", "sop_instance_uid", name=op.f("uq_instance_hospital_id")),
    )
    with op.batch_alter_table("instance", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_instance_series_id"), ["series_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_instance_sha256"), ["sha256"], unique=False)
        batch_op.create_index(batch_op.f("ix_instance_sop_instance_uid"), ["sop_instance_uid"], unique=False)

    op.create_table(
        "room_fact",
        sa.Column("room_id", sa.String(), nullable=False),
        sa.Column("seq", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("epoch", sa.Integer(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("actor", sa.String(), nullable=False),
        sa.Column("client_id", sa.String(), nullable=False),
        sa.Column("n", sa.Integer(), nullable=False),
        sa.Column("body", sa.LargeBinary(), nullable=False),
        sa.Column("previous_hash", sa.String(), nullable=False),
        sa.Column("hash", sa.String(), nullable=False),
        sa.ForeignKeyConstraint(["room_id"], ["room.id"], name=op.f("fk_room_fact_room_id_room")),
        sa.PrimaryKeyConstraint("room_id", "seq", name=op.f("pk_room_fact")),
    )
    with op.batch_alter_table("room_fact", schema=None) as batch_op:
        batch_op.create_index(
            "uq_room_fact_ask",
            ["room_id", "client_id", "n"],
            unique=True,
            sqlite_where=sa.text("n > 0"),
            postgresql_where=sa.text("n > 0"),
        )

    op.create_table(
        "room_member",
        sa.Column("room_id", sa.String(), nullable=False),
        sa.Column("person_id", sa.String(), nullable=False),
        sa.Column("role", sa.String(), nullable=False),
        sa.Column("color", sa.Integer(), nullable=False),
        sa.Column("since", sa.DateTime(timezone=True), nullable=False),
        sa.Column("until", sa.DateTime(timezone=True), nullable=True),
        sa.Column("revoked_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_room_member_person_id_person")),
        sa.ForeignKeyConstraint(["room_id"], ["room.id"], name=op.f("fk_room_member_room_id_room")),
        sa.PrimaryKeyConstraint("room_id", "person_id", name=op.f("pk_room_member")),
    )
    with op.batch_alter_table("room_member", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_room_member_person_id"), ["person_id"], unique=False)

    op.create_table(
        "second_read",
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("primary_report_id", sa.String(), nullable=False),
        sa.Column("second_reader_id", sa.String(), nullable=False),
        sa.Column("agreement_class", sa.String(), nullable=False),
        sa.Column("comment", sa.Text(), nullable=False),
        sa.Column("read_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("agreement_class IN ('1', '2a', '2b', '3a', '3b')", name=op.f("ck_second_read_radpeer")),
        sa.CheckConstraint("id LIKE '2RD-%'", name=op.f("ck_second_read_is_second_read")),
        sa.CheckConstraint("primary_report_id LIKE 'RPT-%'", name=op.f("ck_second_read_reads_report")),
        sa.ForeignKeyConstraint(
            ["primary_report_id"], ["primary_report.id"], name=op.f("fk_second_read_primary_report_id_primary_report")
        ),
        sa.ForeignKeyConstraint(
            ["second_reader_id"], ["person.id"], name=op.f("fk_second_read_second_reader_id_person")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_second_read")),
        sa.UniqueConstraint("primary_report_id", "second_reader_id", name=op.f("uq_second_read_primary_report_id")),
    )
    op.create_table(
        "set_aside",
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("import_id", sa.String(), nullable=False),
        sa.Column("hospital_id", sa.String(), nullable=False),
        sa.Column("study_id", sa.String(), nullable=True),
        sa.Column("series_id", sa.String(), nullable=True),
        sa.Column("file_name", sa.String(), nullable=False),
        sa.Column("size", sa.BigInteger(), nullable=False),
        sa.Column("sha256", sa.String(), nullable=True),
        sa.Column("code", sa.String(), nullable=False),
        sa.Column("facts", sa.JSON(), nullable=False),
        sa.Column("by_name", sa.String(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["hospital_id"], ["hospital.id"], name=op.f("fk_set_aside_hospital_id_hospital")),
        sa.ForeignKeyConstraint(["import_id"], ["study_import.id"], name=op.f("fk_set_aside_import_id_study_import")),
        sa.ForeignKeyConstraint(["series_id"], ["series.id"], name=op.f("fk_set_aside_series_id_series")),
        sa.ForeignKeyConstraint(["study_id"], ["study.id"], name=op.f("fk_set_aside_study_id_study")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_set_aside")),
    )
    with op.batch_alter_table("set_aside", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_set_aside_import_id"), ["import_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_set_aside_series_id"), ["series_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_set_aside_study_id"), ["study_id"], unique=False)

    op.create_table(
        "upload",
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("import_id", sa.String(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("size", sa.BigInteger(), nullable=False),
        sa.Column("received", sa.BigInteger(), nullable=False),
        sa.Column("sha256", sa.String(), nullable=True),
        sa.ForeignKeyConstraint(["import_id"], ["study_import.id"], name=op.f("fk_upload_import_id_study_import")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_upload")),
        sa.UniqueConstraint("import_id", "name", name=op.f("uq_upload_import_id")),
    )
    op.create_table(
        "expert_conclusion",
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("request_id", sa.String(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("document_type", sa.String(), nullable=False),
        sa.Column("pathway", sa.String(), nullable=False),
        sa.Column("question", sa.Text(), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("competence", sa.String(), nullable=False),
        sa.Column("author_id", sa.String(), nullable=False),
        sa.Column("requester_id", sa.String(), nullable=False),
        sa.Column("requesting_hospital_id", sa.String(), nullable=False),
        sa.Column("signed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("content", sa.Text(), nullable=False),
        sa.Column("content_sha256", sa.String(), nullable=False),
        sa.Column("document_sha256", sa.String(), nullable=False),
        sa.Column("idempotency_key", sa.String(), nullable=False),
        sa.Column("ask_sha256", sa.String(), nullable=False),
        sa.CheckConstraint("document_type = '85208-7'", name=op.f("ck_expert_conclusion_document_type")),
        sa.CheckConstraint("id LIKE 'EXC-%'", name=op.f("ck_expert_conclusion_is_conclusion")),
        sa.CheckConstraint("request_id LIKE 'EXR-%'", name=op.f("ck_expert_conclusion_answers_request")),
        sa.CheckConstraint("author_id <> requester_id", name=op.f("ck_expert_conclusion_author_is_not_requester")),
        sa.ForeignKeyConstraint(["author_id"], ["person.id"], name=op.f("fk_expert_conclusion_author_id_person")),
        sa.ForeignKeyConstraint(
            ["request_id"], ["expertise_request.id"], name=op.f("fk_expert_conclusion_request_id_expertise_request")
        ),
        sa.ForeignKeyConstraint(["requester_id"], ["person.id"], name=op.f("fk_expert_conclusion_requester_id_person")),
        sa.ForeignKeyConstraint(
            ["requesting_hospital_id"],
            ["hospital.id"],
            name=op.f("fk_expert_conclusion_requesting_hospital_id_hospital"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_expert_conclusion")),
        sa.UniqueConstraint("author_id", "idempotency_key", name=op.f("uq_expert_conclusion_author_id")),
        sa.UniqueConstraint("request_id", "version", name=op.f("uq_expert_conclusion_request_id")),
    )
    with op.batch_alter_table("expert_conclusion", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_expert_conclusion_requesting_hospital_id"), ["requesting_hospital_id"], unique=False
        )

    op.create_table(
        "expertise_request_study",
        sa.Column("request_id", sa.String(), nullable=False),
        sa.Column("study_id", sa.String(), nullable=False),
        sa.Column("place", sa.Integer(), nullable=False),
        sa.Column("is_prior", sa.Boolean(), nullable=False),
        sa.Column("versions", sa.JSON(), nullable=False),
        sa.ForeignKeyConstraint(
            ["request_id"],
            ["expertise_request.id"],
            name=op.f("fk_expertise_request_study_request_id_expertise_request"),
        ),
        sa.ForeignKeyConstraint(["study_id"], ["study.id"], name=op.f("fk_expertise_request_study_study_id_study")),
        sa.PrimaryKeyConstraint("request_id", "study_id", name=op.f("pk_expertise_request_study")),
    )
    op.create_table(
        "expertise_step",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("request_id", sa.String(), nullable=False),
        sa.Column("act", sa.String(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("person_id", sa.String(), nullable=True),
        sa.Column("person_name", sa.String(), nullable=False),
        sa.Column("reason", sa.String(), nullable=True),
        sa.Column("note", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_expertise_step_person_id_person")),
        sa.ForeignKeyConstraint(
            ["request_id"], ["expertise_request.id"], name=op.f("fk_expertise_step_request_id_expertise_request")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_expertise_step")),
    )
    with op.batch_alter_table("expertise_step", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_expertise_step_request_id"), ["request_id"], unique=False)

    op.create_table(
        "conclusion_acknowledgement",
        sa.Column("conclusion_id", sa.String(), nullable=False),
        sa.Column("person_id", sa.String(), nullable=False),
        sa.Column("person_name", sa.String(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("what_was_done", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            ["conclusion_id"],
            ["expert_conclusion.id"],
            name=op.f("fk_conclusion_acknowledgement_conclusion_id_expert_conclusion"),
        ),
        sa.ForeignKeyConstraint(
            ["person_id"], ["person.id"], name=op.f("fk_conclusion_acknowledgement_person_id_person")
        ),
        sa.PrimaryKeyConstraint("conclusion_id", name=op.f("pk_conclusion_acknowledgement")),
    )
    for table in APPEND_ONLY:
        for statement in append_only_statements(table, op.get_bind().dialect.name):
            op.execute(statement)


def downgrade() -> None:
    raise NotImplementedError("restore the backup made before the upgrade")

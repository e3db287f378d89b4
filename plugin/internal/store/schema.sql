CREATE TABLE IF NOT EXISTS settings_revision (
    revision BIGINT PRIMARY KEY,
    document TEXT NOT NULL,
    author   TEXT NOT NULL,
    saved_at TEXT NOT NULL
);

CREATE TABLE IF NOT EXISTS last_verification (
    id       BIGINT PRIMARY KEY,
    document TEXT NOT NULL
);

-- Why deliveries wait, shared by all processes. turn counts the changes; document is empty while deliveries go on.
CREATE TABLE IF NOT EXISTS delivery_pause (
    id       BIGINT PRIMARY KEY,
    turn     BIGINT NOT NULL,
    document TEXT NOT NULL
);

-- The processes that deliver from a shared database, and when each was last known to live, in seconds since 1970 by the
-- clock of the database; negative for those that have ended. A process of a version that says nothing of itself has no
-- PID: 0.
CREATE TABLE IF NOT EXISTS delivery_node (
    id         TEXT PRIMARY KEY,
    host       TEXT NOT NULL,
    pid        BIGINT NOT NULL,
    started_at DOUBLE PRECISION NOT NULL,
    seen_at    DOUBLE PRECISION NOT NULL
);

-- The attachments of notifications, each sealed by itself. A parcel is those of one notification; job is its id in
-- the queue, NULL until that is committed. stored_at is in seconds since 1970.
CREATE TABLE IF NOT EXISTS notification_attachment (
    parcel    TEXT NOT NULL,
    place     BIGINT NOT NULL,
    job       BIGINT,
    stored_at DOUBLE PRECISION NOT NULL,
    sealed    BYTEA NOT NULL,
    PRIMARY KEY (parcel, place)
);
CREATE INDEX IF NOT EXISTS notification_attachment_job ON notification_attachment (job);

-- What is known of the database as a whole, by name: when it was last used, what is held back, where it went.
CREATE TABLE IF NOT EXISTS database_state (
    name     TEXT PRIMARY KEY,
    document TEXT NOT NULL
);

-- What happened to notifications from a time on, both in seconds since 1970, for as many seconds as it is wide, as a
-- process counted it; the sums of all processes have no node.
CREATE TABLE IF NOT EXISTS delivery_statistic (
    width     BIGINT NOT NULL,
    began     BIGINT NOT NULL,
    node      TEXT NOT NULL,
    accepted  BIGINT NOT NULL,
    delivered BIGINT NOT NULL,
    failed    BIGINT NOT NULL,
    dead      BIGINT NOT NULL,
    PRIMARY KEY (width, began, node)
);

-- What the processes of the database share and nobody else may know, sealed, by name.
CREATE TABLE IF NOT EXISTS notification_secret (
    name   TEXT PRIMARY KEY,
    sealed BYTEA NOT NULL
);

-- What owners of mailboxes have permitted by signing in. version counts the renewals, of which one process at a time
-- does one: that of the lease. All times are in seconds since 1970 by the clock of the database; 0 means never, and of
-- ends_at that it is not known. document is what is told of the grant; sealed are its tokens. doubt is why they may not
-- be the last ones that the provider has given; empty when nothing speaks for it.
CREATE TABLE IF NOT EXISTS oauth_grant (
    id           TEXT PRIMARY KEY,
    version      BIGINT NOT NULL,
    document     TEXT NOT NULL,
    sealed       BYTEA NOT NULL,
    renewed_at   DOUBLE PRECISION NOT NULL,
    access_until DOUBLE PRECISION NOT NULL,
    ends_at      DOUBLE PRECISION NOT NULL,
    refused_at   DOUBLE PRECISION NOT NULL,
    lease        TEXT NOT NULL,
    lease_until  DOUBLE PRECISION NOT NULL,
    doubt        TEXT NOT NULL
);

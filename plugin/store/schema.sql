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

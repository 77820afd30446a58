-- +goose NO TRANSACTION
-- +goose Up
CREATE DICTIONARY IF NOT EXISTS fences_dict
(
    fence_id String,
    version  Int64,
    name     String
)
PRIMARY KEY fence_id
SOURCE(CLICKHOUSE(TABLE 'fences_now'))
LAYOUT(COMPLEX_KEY_HASHED())
LIFETIME(MIN 30 MAX 60)
COMMENT 'Geofences by id';

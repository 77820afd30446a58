-- +goose NO TRANSACTION
-- +goose Up
CREATE OR REPLACE DICTIONARY fences_dict
(
    fence_id        String,
    version         Int64,
    name            String,
    valid_from      Nullable(DateTime64(3, 'UTC')),
    speed_limit_kmh Nullable(Float64)
)
PRIMARY KEY fence_id
SOURCE(CLICKHOUSE(TABLE 'fences_now'))
LAYOUT(COMPLEX_KEY_HASHED())
LIFETIME(MIN 30 MAX 60)
COMMENT 'Geofences by id';

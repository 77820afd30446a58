-- +goose NO TRANSACTION
-- +goose Up
CREATE DICTIONARY IF NOT EXISTS dtc_dict
(
    code String,
    text String
)
PRIMARY KEY code
SOURCE(CLICKHOUSE(TABLE 'dtc_names_now'))
LAYOUT(COMPLEX_KEY_HASHED())
LIFETIME(MIN 30 MAX 60)
COMMENT 'Texts of trouble codes';

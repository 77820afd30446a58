-- +goose NO TRANSACTION
-- +goose Up
CREATE TABLE IF NOT EXISTS dtc_names
(
    code    String COMMENT 'as P0301',
    text    String COMMENT 'empty: the text is taken back',
    version UInt32 COMMENT 'of two rows of one code the higher is the truth; your own begin at 1000000'
)
ENGINE = ReplacingMergeTree(version)
ORDER BY code
COMMENT 'Texts of trouble codes: odograph setup writes it, and a row of a higher version corrects it';

-- +goose NO TRANSACTION
-- +goose Up
CREATE TABLE IF NOT EXISTS fences
(
    fence_id     String CODEC(ZSTD(1)),
    version      Int64 CODEC(ZSTD(1)),
    name         String CODEC(ZSTD(1)),
    geojson      String CODEC(ZSTD(3)),
    deleted      Bool CODEC(ZSTD(1)),
    updated_time DateTime64(3, 'UTC') CODEC(ZSTD(1))
)
ENGINE = ReplacingMergeTree(updated_time)
ORDER BY fence_id
SETTINGS non_replicated_deduplication_window = 10000
COMMENT 'One row is one geofence, as defined last';

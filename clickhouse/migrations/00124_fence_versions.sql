-- +goose NO TRANSACTION
-- +goose Up
CREATE TABLE IF NOT EXISTS fence_versions
(
    fence_id        String CODEC(ZSTD(1)),
    version         Int64 COMMENT 'as geofence_events.fence_version' CODEC(ZSTD(1)),
    name            String CODEC(ZSTD(1)),
    geojson         String COMMENT 'empty where the fence was deleted' CODEC(ZSTD(3)),
    deleted         Bool COMMENT 'from valid_from on there is no such fence' CODEC(ZSTD(1)),
    valid_from      Nullable(DateTime64(3, 'UTC')) COMMENT 'event time from which it holds, until the next version does; NULL: it always did' CODEC(ZSTD(1)),
    imeis           Array(String) CODEC(ZSTD(1)),
    group_names     Array(String) CODEC(ZSTD(1)),
    speed_limit_kmh Nullable(Float64) CODEC(ZSTD(1)),
    settings        String CODEC(ZSTD(1)),
    updated_time    DateTime64(3, 'UTC') COMMENT 'when it was defined' CODEC(ZSTD(1))
)
ENGINE = ReplacingMergeTree(updated_time)
ORDER BY (fence_id, version)
COMMENT 'One row is one version of a geofence, as the table fences has the latest; read it with FINAL';

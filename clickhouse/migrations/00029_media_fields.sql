-- +goose NO TRANSACTION
-- +goose Up
ALTER TABLE media
    ADD COLUMN IF NOT EXISTS gate_time                 Nullable(DateTime64(3, 'UTC')) COMMENT 'when the platform received it' CODEC(ZSTD(1)),
    ADD COLUMN IF NOT EXISTS business_type             LowCardinality(String),
    ADD COLUMN IF NOT EXISTS shoot_type                Nullable(Int32) COMMENT '1 photo, 2 video' CODEC(ZSTD(1)),
    ADD COLUMN IF NOT EXISTS code_type                 Nullable(Int32) COMMENT '1 main stream, 2 sub stream' CODEC(ZSTD(1)),
    ADD COLUMN IF NOT EXISTS duration_s                Nullable(Float64) COMMENT 'seconds' CODEC(ZSTD(1)),
    ADD COLUMN IF NOT EXISTS alarm_time                Nullable(DateTime64(3, 'UTC')) CODEC(ZSTD(1)),
    ADD COLUMN IF NOT EXISTS begin_time                Nullable(DateTime64(3, 'UTC')) CODEC(ZSTD(1)),
    ADD COLUMN IF NOT EXISTS end_time                  Nullable(DateTime64(3, 'UTC')) CODEC(ZSTD(1)),
    ADD COLUMN IF NOT EXISTS mime_type                 LowCardinality(String),
    ADD COLUMN IF NOT EXISTS local_file                String CODEC(ZSTD(1)),
    ADD COLUMN IF NOT EXISTS timezone                  LowCardinality(String),
    ADD COLUMN IF NOT EXISTS total                     Nullable(Int32) COMMENT 'recordings, as the device says' CODEC(ZSTD(1)),
    ADD COLUMN IF NOT EXISTS `resources.channel`       Array(Nullable(Int32)) CODEC(ZSTD(1)),
    ADD COLUMN IF NOT EXISTS `resources.begin_time`    Array(Nullable(DateTime64(3, 'UTC'))) CODEC(ZSTD(1)),
    ADD COLUMN IF NOT EXISTS `resources.end_time`      Array(Nullable(DateTime64(3, 'UTC'))) CODEC(ZSTD(1)),
    ADD COLUMN IF NOT EXISTS `resources.size_bytes`    Array(Nullable(Int64)) CODEC(ZSTD(1)),
    ADD COLUMN IF NOT EXISTS `resources.resource_type` Array(Nullable(Int32)) CODEC(ZSTD(1)),
    ADD COLUMN IF NOT EXISTS `resources.code_type`     Array(Nullable(Int32)) CODEC(ZSTD(1)),
    ADD COLUMN IF NOT EXISTS `resources.storage_type`  Array(Nullable(Int32)) CODEC(ZSTD(1)),
    ADD COLUMN IF NOT EXISTS `resources.alarm_flag`    Array(String) CODEC(ZSTD(1));

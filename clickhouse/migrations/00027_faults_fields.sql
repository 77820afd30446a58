-- +goose NO TRANSACTION
-- +goose Up
ALTER TABLE faults
    ADD COLUMN IF NOT EXISTS gate_time   Nullable(DateTime64(3, 'UTC')) COMMENT 'when the platform received it' CODEC(ZSTD(1)),
    ADD COLUMN IF NOT EXISTS fault_count Nullable(Int32) COMMENT 'as the device says; may differ from the number of codes' CODEC(ZSTD(1)),
    ADD COLUMN IF NOT EXISTS text        String CODEC(ZSTD(1));

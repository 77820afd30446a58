-- Measured on made-up and on recorded fixes, see benchmarks/storage.md. Parts are
-- written with the new codecs when they are merged the next time; nothing is
-- rewritten at once. OPTIMIZE TABLE fixes PARTITION … FINAL does it for a month.
-- +goose NO TRANSACTION
-- +goose Up
ALTER TABLE fixes
    MODIFY COLUMN imei CODEC(LZ4),
    MODIFY COLUMN gate_time CODEC(Delta, ZSTD(1)),
    MODIFY COLUMN lat_e7 CODEC(GCD, Delta, ZSTD(1)),
    MODIFY COLUMN lng_e7 CODEC(GCD, Delta, ZSTD(1)),
    MODIFY COLUMN odometer_m CODEC(Delta, ZSTD(1)),
    MODIFY COLUMN h3_r7 CODEC(ZSTD(1)),
    MODIFY COLUMN h3_r9 CODEC(ZSTD(1)),
    MODIFY COLUMN h3_r11 CODEC(ZSTD(1)),
    MODIFY COLUMN raw_offset CODEC(DoubleDelta, ZSTD(1));

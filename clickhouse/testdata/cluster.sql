-- The migrations as odograph setup runs them on a cluster; for review.

CREATE TABLE IF NOT EXISTS fixes_local ON CLUSTER `odograph`
(
    imei          String CODEC(ZSTD(1)),
    fix_time      DateTime64(0, 'UTC') COMMENT 'when the device was there' CODEC(Delta, ZSTD(1)),
    received_time DateTime64(3, 'UTC') COMMENT 'when the collector took it' CODEC(Delta, ZSTD(1)),
    gate_time     Nullable(DateTime64(0, 'UTC')) COMMENT 'when the platform took it' CODEC(ZSTD(1)),
    source        LowCardinality(String) COMMENT 'interface it came by first',
    account       LowCardinality(String),
    lat_e7        Int32 COMMENT 'latitude in 1e-7 degrees' CODEC(DoubleDelta, ZSTD(1)),
    lng_e7        Int32 COMMENT 'longitude in 1e-7 degrees' CODEC(DoubleDelta, ZSTD(1)),
    lat           Float64 ALIAS lat_e7 / 1e7 COMMENT 'degrees, WGS-84',
    lng           Float64 ALIAS lng_e7 / 1e7 COMMENT 'degrees, WGS-84',
    speed_kmh     Nullable(Float32) CODEC(ZSTD(1)),
    heading_deg   Nullable(Float32) COMMENT 'clockwise from north' CODEC(ZSTD(1)),
    satellites    Nullable(Int32) CODEC(ZSTD(1)),
    acc           Nullable(Bool) COMMENT 'ignition' CODEC(ZSTD(1)),
    altitude_m    Nullable(Float32) CODEC(ZSTD(1)),
    odometer_m    Nullable(Float64) CODEC(ZSTD(1)),
    pos_type      LowCardinality(String) COMMENT 'gps, lbs, wifi, beacon; empty where the vendor does not say',
    post_method   Nullable(Int32) COMMENT 'why it was uploaded, platform code' CODEC(ZSTD(1)),
    gps_mode      Nullable(Int32) COMMENT '0 live, 1 re-upload' CODEC(ZSTD(1)),
    status        Nullable(Int64) COMMENT 'position status bits' CODEC(ZSTD(1)),
    quality       Array(LowCardinality(String)) COMMENT 'flags of what is doubtful' CODEC(ZSTD(1)),
    h3_r7         UInt64 CODEC(Delta, ZSTD(1)),
    h3_r9         UInt64 CODEC(Delta, ZSTD(1)),
    h3_r11        UInt64 CODEC(Delta, ZSTD(1)),
    raw_partition Int32 COMMENT 'place of the item in the raw topic' CODEC(ZSTD(1)),
    raw_offset    Int64 CODEC(Delta, ZSTD(1)),
    inserted_time DateTime64(3, 'UTC') DEFAULT now64(3) COMMENT 'when the insert of the row began' CODEC(Delta, ZSTD(1)),
    INDEX raw_offset_range raw_offset TYPE minmax GRANULARITY 16,
    CONSTRAINT imei_given CHECK imei != '',
    CONSTRAINT fix_time_range CHECK fix_time >= toDateTime64('2000-01-01 00:00:00', 0, 'UTC') AND fix_time < toDateTime64('2100-01-01 00:00:00', 0, 'UTC'),
    CONSTRAINT lat_range CHECK lat_e7 BETWEEN -900000000 AND 900000000,
    CONSTRAINT lng_range CHECK lng_e7 BETWEEN -1800000000 AND 1800000000
)
ENGINE = ReplicatedReplacingMergeTree('/clickhouse/tables/{shard}/{database}/fixes/1', '{replica}')
PARTITION BY toYYYYMM(fix_time)
ORDER BY (imei, fix_time)
SETTINGS replicated_deduplication_window = 10000
COMMENT 'One row is one distinct fix';

CREATE OR REPLACE TABLE fixes ON CLUSTER `odograph` AS fixes_local
ENGINE = Distributed(`odograph`, currentDatabase(), fixes_local, cityHash64(imei))
COMMENT 'One row is one distinct fix';

CREATE TABLE IF NOT EXISTS fix_repeats_local ON CLUSTER `odograph`
(
    imei          String CODEC(ZSTD(1)),
    fix_time      DateTime64(0, 'UTC') CODEC(Delta, ZSTD(1)),
    received_time DateTime64(3, 'UTC') CODEC(Delta, ZSTD(1)),
    source        LowCardinality(String),
    account       LowCardinality(String),
    kind          LowCardinality(String) COMMENT 'kind of the raw item, empty where the sink found the repeat',
    conflict      Bool COMMENT 'content differs from the stored fix' CODEC(ZSTD(1)),
    lat           Nullable(Float64) COMMENT 'as this sighting has it' CODEC(ZSTD(1)),
    lng           Nullable(Float64) CODEC(ZSTD(1)),
    speed_kmh     Nullable(Float32) CODEC(ZSTD(1)),
    heading_deg   Nullable(Float32) CODEC(ZSTD(1)),
    raw_partition Int32 COMMENT 'place of the item in the raw topic' CODEC(ZSTD(1)),
    raw_offset    Int64 CODEC(Delta, ZSTD(1)),
    inserted_time DateTime64(3, 'UTC') DEFAULT now64(3) COMMENT 'when the insert of the row began' CODEC(Delta, ZSTD(1)),
    INDEX raw_offset_range raw_offset TYPE minmax GRANULARITY 16,
    CONSTRAINT imei_given CHECK imei != '',
    CONSTRAINT fix_time_range CHECK fix_time >= toDateTime64('2000-01-01 00:00:00', 0, 'UTC') AND fix_time < toDateTime64('2100-01-01 00:00:00', 0, 'UTC')
)
ENGINE = ReplicatedReplacingMergeTree('/clickhouse/tables/{shard}/{database}/fix_repeats/2', '{replica}')
PARTITION BY toYYYYMM(fix_time)
ORDER BY (imei, fix_time, raw_partition, raw_offset)
SETTINGS replicated_deduplication_window = 10000
COMMENT 'One row is one further sighting of a fix that is stored';

CREATE OR REPLACE TABLE fix_repeats ON CLUSTER `odograph` AS fix_repeats_local
ENGINE = Distributed(`odograph`, currentDatabase(), fix_repeats_local, cityHash64(imei))
COMMENT 'One row is one further sighting of a fix that is stored';

CREATE TABLE IF NOT EXISTS item_repeats_local ON CLUSTER `odograph`
(
    imei          String CODEC(ZSTD(1)),
    kind          LowCardinality(String),
    event_time    Nullable(DateTime64(3, 'UTC')) CODEC(ZSTD(1)),
    received_time DateTime64(3, 'UTC') CODEC(Delta, ZSTD(1)),
    source        LowCardinality(String),
    account       LowCardinality(String),
    raw_partition Int32 COMMENT 'place of the item in the raw topic' CODEC(ZSTD(1)),
    raw_offset    Int64 CODEC(Delta, ZSTD(1)),
    inserted_time DateTime64(3, 'UTC') DEFAULT now64(3) COMMENT 'when the insert of the row began' CODEC(Delta, ZSTD(1)),
    INDEX raw_offset_range raw_offset TYPE minmax GRANULARITY 16,
    CONSTRAINT received_time_range CHECK received_time >= toDateTime64('2000-01-01 00:00:00', 0, 'UTC') AND received_time < toDateTime64('2100-01-01 00:00:00', 0, 'UTC')
)
ENGINE = ReplicatedReplacingMergeTree('/clickhouse/tables/{shard}/{database}/item_repeats/3', '{replica}')
PARTITION BY toYYYYMM(received_time)
ORDER BY (imei, kind, raw_partition, raw_offset)
SETTINGS replicated_deduplication_window = 10000
COMMENT 'One row is one further sighting of an item other than a fix';

CREATE OR REPLACE TABLE item_repeats ON CLUSTER `odograph` AS item_repeats_local
ENGINE = Distributed(`odograph`, currentDatabase(), item_repeats_local, cityHash64(imei))
COMMENT 'One row is one further sighting of an item other than a fix';

CREATE TABLE IF NOT EXISTS driving_events_local ON CLUSTER `odograph`
(
    event_id      String COMMENT 'same for every revision' CODEC(ZSTD(1)),
    revision      UInt32 CODEC(ZSTD(1)),
    retracted     Bool COMMENT 'did not happen after all' CODEC(ZSTD(1)),
    imei          String CODEC(ZSTD(1)),
    kind          LowCardinality(String),
    start_time    DateTime64(3, 'UTC') COMMENT 'part of what the id is made of, so the same in every revision' CODEC(Delta, ZSTD(1)),
    end_time      DateTime64(3, 'UTC') CODEC(Delta, ZSTD(1)),
    severity      LowCardinality(String),
    peak_mps2     Nullable(Float64) CODEC(ZSTD(1)),
    source        LowCardinality(String) COMMENT 'device or gps',
    confidence    Float64 CODEC(ZSTD(1)),
    rule_version  LowCardinality(String),
    lat           Float64 CODEC(ZSTD(1)),
    lng           Float64 CODEC(ZSTD(1)),
    raw_partition Int32 COMMENT 'place of the item in the raw topic' CODEC(ZSTD(1)),
    raw_offset    Int64 CODEC(Delta, ZSTD(1)),
    inserted_time DateTime64(3, 'UTC') DEFAULT now64(3) COMMENT 'when the insert of the row began' CODEC(Delta, ZSTD(1)),
    CONSTRAINT imei_given CHECK imei != '',
    CONSTRAINT event_id_given CHECK event_id != '',
    CONSTRAINT start_time_range CHECK start_time >= toDateTime64('2000-01-01 00:00:00', 0, 'UTC') AND start_time < toDateTime64('2100-01-01 00:00:00', 0, 'UTC')
)
ENGINE = ReplicatedReplacingMergeTree('/clickhouse/tables/{shard}/{database}/driving_events/4', '{replica}', revision)
PARTITION BY toYYYYMM(start_time)
ORDER BY (imei, start_time, event_id)
SETTINGS replicated_deduplication_window = 10000
COMMENT 'One row is one event of driving behaviour';

CREATE OR REPLACE TABLE driving_events ON CLUSTER `odograph` AS driving_events_local
ENGINE = Distributed(`odograph`, currentDatabase(), driving_events_local, cityHash64(imei))
COMMENT 'One row is one event of driving behaviour';

CREATE TABLE IF NOT EXISTS geofence_events_local ON CLUSTER `odograph`
(
    event_id      String COMMENT 'same for every revision' CODEC(ZSTD(1)),
    revision      UInt32 CODEC(ZSTD(1)),
    retracted     Bool CODEC(ZSTD(1)),
    imei          String CODEC(ZSTD(1)),
    fence_id      String CODEC(ZSTD(1)),
    fence_version Int64 CODEC(ZSTD(1)),
    kind          LowCardinality(String) COMMENT 'enter, dwell, exit',
    at            DateTime64(3, 'UTC') COMMENT 'part of what the id is made of, so the same in every revision' CODEC(Delta, ZSTD(1)),
    confirmed_at  DateTime64(3, 'UTC') CODEC(Delta, ZSTD(1)),
    inferred      Bool CODEC(ZSTD(1)),
    lat           Float64 CODEC(ZSTD(1)),
    lng           Float64 CODEC(ZSTD(1)),
    raw_partition Int32 COMMENT 'place of the item in the raw topic' CODEC(ZSTD(1)),
    raw_offset    Int64 CODEC(Delta, ZSTD(1)),
    inserted_time DateTime64(3, 'UTC') DEFAULT now64(3) COMMENT 'when the insert of the row began' CODEC(Delta, ZSTD(1)),
    CONSTRAINT imei_given CHECK imei != '',
    CONSTRAINT event_id_given CHECK event_id != '',
    CONSTRAINT at_range CHECK at >= toDateTime64('2000-01-01 00:00:00', 0, 'UTC') AND at < toDateTime64('2100-01-01 00:00:00', 0, 'UTC')
)
ENGINE = ReplicatedReplacingMergeTree('/clickhouse/tables/{shard}/{database}/geofence_events/5', '{replica}', revision)
PARTITION BY toYYYYMM(at)
ORDER BY (imei, at, event_id)
SETTINGS replicated_deduplication_window = 10000
COMMENT 'One row is one transition of a device at a geofence';

CREATE OR REPLACE TABLE geofence_events ON CLUSTER `odograph` AS geofence_events_local
ENGINE = Distributed(`odograph`, currentDatabase(), geofence_events_local, cityHash64(imei))
COMMENT 'One row is one transition of a device at a geofence';

CREATE TABLE IF NOT EXISTS trips_local ON CLUSTER `odograph`
(
    trip_id          String COMMENT 'same for every revision' CODEC(ZSTD(1)),
    revision         UInt32 CODEC(ZSTD(1)),
    retracted        Bool CODEC(ZSTD(1)),
    imei             String CODEC(ZSTD(1)),
    start_time       DateTime64(3, 'UTC') COMMENT 'part of what the id is made of, so the same in every revision' CODEC(Delta, ZSTD(1)),
    end_time         DateTime64(3, 'UTC') CODEC(Delta, ZSTD(1)),
    distance_m       Float64 CODEC(ZSTD(1)),
    max_speed_kmh    Nullable(Float64) CODEC(ZSTD(1)),
    idle_s           Float64 CODEC(ZSTD(1)),
    observable_share Nullable(Float64) COMMENT 'share of driving time in which harsh events could be seen' CODEC(ZSTD(1)),
    raw_partition    Int32 COMMENT 'place of the item in the raw topic' CODEC(ZSTD(1)),
    raw_offset       Int64 CODEC(Delta, ZSTD(1)),
    inserted_time    DateTime64(3, 'UTC') DEFAULT now64(3) COMMENT 'when the insert of the row began' CODEC(Delta, ZSTD(1)),
    CONSTRAINT imei_given CHECK imei != '',
    CONSTRAINT trip_id_given CHECK trip_id != '',
    CONSTRAINT start_time_range CHECK start_time >= toDateTime64('2000-01-01 00:00:00', 0, 'UTC') AND start_time < toDateTime64('2100-01-01 00:00:00', 0, 'UTC')
)
ENGINE = ReplicatedReplacingMergeTree('/clickhouse/tables/{shard}/{database}/trips/6', '{replica}', revision)
PARTITION BY toYYYYMM(start_time)
ORDER BY (imei, start_time, trip_id)
SETTINGS replicated_deduplication_window = 10000
COMMENT 'One row is one trip';

CREATE OR REPLACE TABLE trips ON CLUSTER `odograph` AS trips_local
ENGINE = Distributed(`odograph`, currentDatabase(), trips_local, cityHash64(imei))
COMMENT 'One row is one trip';

CREATE TABLE IF NOT EXISTS stops_local ON CLUSTER `odograph`
(
    stop_id       String COMMENT 'same for every revision' CODEC(ZSTD(1)),
    revision      UInt32 CODEC(ZSTD(1)),
    retracted     Bool CODEC(ZSTD(1)),
    imei          String CODEC(ZSTD(1)),
    start_time    DateTime64(3, 'UTC') COMMENT 'part of what the id is made of, so the same in every revision' CODEC(Delta, ZSTD(1)),
    end_time      DateTime64(3, 'UTC') CODEC(Delta, ZSTD(1)),
    kind          LowCardinality(String) COMMENT 'parking or idling',
    lat           Float64 CODEC(ZSTD(1)),
    lng           Float64 CODEC(ZSTD(1)),
    raw_partition Int32 COMMENT 'place of the item in the raw topic' CODEC(ZSTD(1)),
    raw_offset    Int64 CODEC(Delta, ZSTD(1)),
    inserted_time DateTime64(3, 'UTC') DEFAULT now64(3) COMMENT 'when the insert of the row began' CODEC(Delta, ZSTD(1)),
    CONSTRAINT imei_given CHECK imei != '',
    CONSTRAINT stop_id_given CHECK stop_id != '',
    CONSTRAINT start_time_range CHECK start_time >= toDateTime64('2000-01-01 00:00:00', 0, 'UTC') AND start_time < toDateTime64('2100-01-01 00:00:00', 0, 'UTC')
)
ENGINE = ReplicatedReplacingMergeTree('/clickhouse/tables/{shard}/{database}/stops/7', '{replica}', revision)
PARTITION BY toYYYYMM(start_time)
ORDER BY (imei, start_time, stop_id)
SETTINGS replicated_deduplication_window = 10000
COMMENT 'One row is one stop or idling period';

CREATE OR REPLACE TABLE stops ON CLUSTER `odograph` AS stops_local
ENGINE = Distributed(`odograph`, currentDatabase(), stops_local, cityHash64(imei))
COMMENT 'One row is one stop or idling period';

CREATE TABLE IF NOT EXISTS alarms_local ON CLUSTER `odograph`
(
    imei          String CODEC(ZSTD(1)),
    event_time    DateTime64(3, 'UTC') CODEC(Delta, ZSTD(1)),
    received_time DateTime64(3, 'UTC') COMMENT 'when the collector took the item' CODEC(Delta, ZSTD(1)),
    source        LowCardinality(String) COMMENT 'interface the item came by',
    account       LowCardinality(String),
    gate_time     Nullable(DateTime64(3, 'UTC')) CODEC(ZSTD(1)),
    msg_class     Int32 COMMENT '0 JIMI, 1 JT/T 808' CODEC(ZSTD(1)),
    code          LowCardinality(String),
    subtype       LowCardinality(String),
    label         String CODEC(ZSTD(1)),
    name          LowCardinality(String),
    ended         Bool CODEC(ZSTD(1)),
    lat           Nullable(Float64) COMMENT 'degrees, WGS-84' CODEC(ZSTD(1)),
    lng           Nullable(Float64) CODEC(ZSTD(1)),
    speed_kmh     Nullable(Float64) CODEC(ZSTD(1)),
    satellites    Nullable(Int32) CODEC(ZSTD(1)),
    value         Nullable(Float64) CODEC(ZSTD(1)),
    voltage_v     Nullable(Float64) CODEC(ZSTD(1)),
    level         Nullable(Int32) CODEC(ZSTD(1)),
    status        Nullable(Int32) CODEC(ZSTD(1)),
    driver_id     String CODEC(ZSTD(1)),
    driver_name   String CODEC(ZSTD(1)),
    fence_id      String CODEC(ZSTD(1)),
    file          String CODEC(ZSTD(1)),
    raw_partition Int32 COMMENT 'place of the item in the raw topic' CODEC(ZSTD(1)),
    raw_offset    Int64 CODEC(Delta, ZSTD(1)),
    raw           String COMMENT 'JSON of the item' CODEC(ZSTD(3)),
    inserted_time DateTime64(3, 'UTC') DEFAULT now64(3) COMMENT 'when the insert of the row began' CODEC(Delta, ZSTD(1)),
    INDEX raw_offset_range raw_offset TYPE minmax GRANULARITY 16,
    CONSTRAINT event_time_range CHECK event_time >= toDateTime64('2000-01-01 00:00:00', 0, 'UTC') AND event_time < toDateTime64('2100-01-01 00:00:00', 0, 'UTC')
)
ENGINE = ReplicatedReplacingMergeTree('/clickhouse/tables/{shard}/{database}/alarms/8', '{replica}')
PARTITION BY toYYYYMM(event_time)
ORDER BY (imei, event_time, msg_class, code, subtype, raw_partition, raw_offset)
SETTINGS replicated_deduplication_window = 10000
COMMENT 'One row is one alarm of a device or of the platform';

CREATE OR REPLACE TABLE alarms ON CLUSTER `odograph` AS alarms_local
ENGINE = Distributed(`odograph`, currentDatabase(), alarms_local, cityHash64(imei))
COMMENT 'One row is one alarm of a device or of the platform';

CREATE TABLE IF NOT EXISTS heartbeats_local ON CLUSTER `odograph`
(
    imei            String CODEC(ZSTD(1)),
    event_time      DateTime64(3, 'UTC') CODEC(Delta, ZSTD(1)),
    received_time   DateTime64(3, 'UTC') COMMENT 'when the collector took the item' CODEC(Delta, ZSTD(1)),
    source          LowCardinality(String) COMMENT 'interface the item came by',
    account         LowCardinality(String),
    battery_percent Nullable(Float64) CODEC(ZSTD(1)),
    gsm_signal      Nullable(Int32) COMMENT '0-100' CODEC(ZSTD(1)),
    acc             Nullable(Bool) CODEC(ZSTD(1)),
    charging        Nullable(Bool) CODEC(ZSTD(1)),
    fortified       Nullable(Bool) CODEC(ZSTD(1)),
    oil_cut         Nullable(Bool) CODEC(ZSTD(1)),
    positioned      Nullable(Bool) CODEC(ZSTD(1)),
    remote_lock     Nullable(Int32) CODEC(ZSTD(1)),
    raw_partition   Int32 COMMENT 'place of the item in the raw topic' CODEC(ZSTD(1)),
    raw_offset      Int64 CODEC(Delta, ZSTD(1)),
    raw             String COMMENT 'JSON of the item' CODEC(ZSTD(3)),
    inserted_time   DateTime64(3, 'UTC') DEFAULT now64(3) COMMENT 'when the insert of the row began' CODEC(Delta, ZSTD(1)),
    INDEX raw_offset_range raw_offset TYPE minmax GRANULARITY 16,
    CONSTRAINT event_time_range CHECK event_time >= toDateTime64('2000-01-01 00:00:00', 0, 'UTC') AND event_time < toDateTime64('2100-01-01 00:00:00', 0, 'UTC')
)
ENGINE = ReplicatedReplacingMergeTree('/clickhouse/tables/{shard}/{database}/heartbeats/9', '{replica}')
PARTITION BY toYYYYMM(event_time)
ORDER BY (imei, event_time, raw_partition, raw_offset)
SETTINGS replicated_deduplication_window = 10000
COMMENT 'One row is one sign of life of a device';

CREATE OR REPLACE TABLE heartbeats ON CLUSTER `odograph` AS heartbeats_local
ENGINE = Distributed(`odograph`, currentDatabase(), heartbeats_local, cityHash64(imei))
COMMENT 'One row is one sign of life of a device';

CREATE TABLE IF NOT EXISTS sessions_local ON CLUSTER `odograph`
(
    imei          String CODEC(ZSTD(1)),
    event_time    DateTime64(3, 'UTC') CODEC(Delta, ZSTD(1)),
    received_time DateTime64(3, 'UTC') COMMENT 'when the collector took the item' CODEC(Delta, ZSTD(1)),
    source        LowCardinality(String) COMMENT 'interface the item came by',
    account       LowCardinality(String),
    kind          LowCardinality(String) COMMENT 'login or logout',
    timezone      LowCardinality(String),
    raw_partition Int32 COMMENT 'place of the item in the raw topic' CODEC(ZSTD(1)),
    raw_offset    Int64 CODEC(Delta, ZSTD(1)),
    raw           String COMMENT 'JSON of the item' CODEC(ZSTD(3)),
    inserted_time DateTime64(3, 'UTC') DEFAULT now64(3) COMMENT 'when the insert of the row began' CODEC(Delta, ZSTD(1)),
    INDEX raw_offset_range raw_offset TYPE minmax GRANULARITY 16,
    CONSTRAINT event_time_range CHECK event_time >= toDateTime64('2000-01-01 00:00:00', 0, 'UTC') AND event_time < toDateTime64('2100-01-01 00:00:00', 0, 'UTC')
)
ENGINE = ReplicatedReplacingMergeTree('/clickhouse/tables/{shard}/{database}/sessions/10', '{replica}')
PARTITION BY toYYYYMM(event_time)
ORDER BY (imei, event_time, raw_partition, raw_offset)
SETTINGS replicated_deduplication_window = 10000
COMMENT 'One row is one login or logout of a device';

CREATE OR REPLACE TABLE sessions ON CLUSTER `odograph` AS sessions_local
ENGINE = Distributed(`odograph`, currentDatabase(), sessions_local, cityHash64(imei))
COMMENT 'One row is one login or logout of a device';

CREATE TABLE IF NOT EXISTS obd_local ON CLUSTER `odograph`
(
    imei          String CODEC(ZSTD(1)),
    event_time    DateTime64(3, 'UTC') CODEC(Delta, ZSTD(1)),
    received_time DateTime64(3, 'UTC') COMMENT 'when the collector took the item' CODEC(Delta, ZSTD(1)),
    source        LowCardinality(String) COMMENT 'interface the item came by',
    account       LowCardinality(String),
    car_type      Nullable(Int32) COMMENT '1 commercial, 2 passenger' CODEC(ZSTD(1)),
    acc           Nullable(Bool) CODEC(ZSTD(1)),
    status_flags  Nullable(Int64) CODEC(ZSTD(1)),
    lat           Nullable(Float64) COMMENT 'degrees, WGS-84' CODEC(ZSTD(1)),
    lng           Nullable(Float64) CODEC(ZSTD(1)),
    data          Map(LowCardinality(String), Float64) COMMENT 'number by data id of the vendor' CODEC(ZSTD(1)),
    raw_partition Int32 COMMENT 'place of the item in the raw topic' CODEC(ZSTD(1)),
    raw_offset    Int64 CODEC(Delta, ZSTD(1)),
    raw           String COMMENT 'JSON of the item' CODEC(ZSTD(3)),
    inserted_time DateTime64(3, 'UTC') DEFAULT now64(3) COMMENT 'when the insert of the row began' CODEC(Delta, ZSTD(1)),
    INDEX raw_offset_range raw_offset TYPE minmax GRANULARITY 16,
    CONSTRAINT event_time_range CHECK event_time >= toDateTime64('2000-01-01 00:00:00', 0, 'UTC') AND event_time < toDateTime64('2100-01-01 00:00:00', 0, 'UTC')
)
ENGINE = ReplicatedReplacingMergeTree('/clickhouse/tables/{shard}/{database}/obd/11', '{replica}')
PARTITION BY toYYYYMM(event_time)
ORDER BY (imei, event_time, raw_partition, raw_offset)
SETTINGS replicated_deduplication_window = 10000
COMMENT 'One row is one reading of the bus of a vehicle';

CREATE OR REPLACE TABLE obd ON CLUSTER `odograph` AS obd_local
ENGINE = Distributed(`odograph`, currentDatabase(), obd_local, cityHash64(imei))
COMMENT 'One row is one reading of the bus of a vehicle';

CREATE TABLE IF NOT EXISTS faults_local ON CLUSTER `odograph`
(
    imei          String CODEC(ZSTD(1)),
    event_time    DateTime64(3, 'UTC') CODEC(Delta, ZSTD(1)),
    received_time DateTime64(3, 'UTC') COMMENT 'when the collector took the item' CODEC(Delta, ZSTD(1)),
    source        LowCardinality(String) COMMENT 'interface the item came by',
    account       LowCardinality(String),
    codes         Array(LowCardinality(String)) CODEC(ZSTD(1)),
    status_flags  Nullable(Int64) CODEC(ZSTD(1)),
    lat           Nullable(Float64) COMMENT 'degrees, WGS-84' CODEC(ZSTD(1)),
    lng           Nullable(Float64) CODEC(ZSTD(1)),
    raw_partition Int32 COMMENT 'place of the item in the raw topic' CODEC(ZSTD(1)),
    raw_offset    Int64 CODEC(Delta, ZSTD(1)),
    raw           String COMMENT 'JSON of the item' CODEC(ZSTD(3)),
    inserted_time DateTime64(3, 'UTC') DEFAULT now64(3) COMMENT 'when the insert of the row began' CODEC(Delta, ZSTD(1)),
    INDEX raw_offset_range raw_offset TYPE minmax GRANULARITY 16,
    CONSTRAINT event_time_range CHECK event_time >= toDateTime64('2000-01-01 00:00:00', 0, 'UTC') AND event_time < toDateTime64('2100-01-01 00:00:00', 0, 'UTC')
)
ENGINE = ReplicatedReplacingMergeTree('/clickhouse/tables/{shard}/{database}/faults/12', '{replica}')
PARTITION BY toYYYYMM(event_time)
ORDER BY (imei, event_time, raw_partition, raw_offset)
SETTINGS replicated_deduplication_window = 10000
COMMENT 'One row is one report of trouble codes';

CREATE OR REPLACE TABLE faults ON CLUSTER `odograph` AS faults_local
ENGINE = Distributed(`odograph`, currentDatabase(), faults_local, cityHash64(imei))
COMMENT 'One row is one report of trouble codes';

CREATE TABLE IF NOT EXISTS sensors_local ON CLUSTER `odograph`
(
    imei             String CODEC(ZSTD(1)),
    event_time       DateTime64(3, 'UTC') CODEC(Delta, ZSTD(1)),
    received_time    DateTime64(3, 'UTC') COMMENT 'when the collector took the item' CODEC(Delta, ZSTD(1)),
    source           LowCardinality(String) COMMENT 'interface the item came by',
    account          LowCardinality(String),
    kind             LowCardinality(String) COMMENT 'fuel, climate, rfid, cells',
    channel          String CODEC(ZSTD(1)),
    value            Nullable(Float64) CODEC(ZSTD(1)),
    unit             LowCardinality(String),
    temperature_c    Nullable(Float64) CODEC(ZSTD(1)),
    humidity_percent Nullable(Float64) CODEC(ZSTD(1)),
    text             String CODEC(ZSTD(1)),
    lat              Nullable(Float64) COMMENT 'degrees, WGS-84' CODEC(ZSTD(1)),
    lng              Nullable(Float64) CODEC(ZSTD(1)),
    raw_partition    Int32 COMMENT 'place of the item in the raw topic' CODEC(ZSTD(1)),
    raw_offset       Int64 CODEC(Delta, ZSTD(1)),
    raw              String COMMENT 'JSON of the item' CODEC(ZSTD(3)),
    inserted_time    DateTime64(3, 'UTC') DEFAULT now64(3) COMMENT 'when the insert of the row began' CODEC(Delta, ZSTD(1)),
    INDEX raw_offset_range raw_offset TYPE minmax GRANULARITY 16,
    CONSTRAINT event_time_range CHECK event_time >= toDateTime64('2000-01-01 00:00:00', 0, 'UTC') AND event_time < toDateTime64('2100-01-01 00:00:00', 0, 'UTC')
)
ENGINE = ReplicatedReplacingMergeTree('/clickhouse/tables/{shard}/{database}/sensors/13', '{replica}')
PARTITION BY toYYYYMM(event_time)
ORDER BY (imei, event_time, kind, channel, raw_partition, raw_offset, text)
SETTINGS replicated_deduplication_window = 10000
COMMENT 'One row is one reading of a sensor';

CREATE OR REPLACE TABLE sensors ON CLUSTER `odograph` AS sensors_local
ENGINE = Distributed(`odograph`, currentDatabase(), sensors_local, cityHash64(imei))
COMMENT 'One row is one reading of a sensor';

CREATE TABLE IF NOT EXISTS media_local ON CLUSTER `odograph`
(
    imei           String CODEC(ZSTD(1)),
    event_time     DateTime64(3, 'UTC') CODEC(Delta, ZSTD(1)),
    received_time  DateTime64(3, 'UTC') COMMENT 'when the collector took the item' CODEC(Delta, ZSTD(1)),
    source         LowCardinality(String) COMMENT 'interface the item came by',
    account        LowCardinality(String),
    kind           LowCardinality(String),
    files          Array(String) CODEC(ZSTD(1)),
    succeeded      Nullable(Bool) CODEC(ZSTD(1)),
    instruction_id String CODEC(ZSTD(1)),
    channel        Nullable(Int32) CODEC(ZSTD(1)),
    lat            Nullable(Float64) COMMENT 'degrees, WGS-84' CODEC(ZSTD(1)),
    lng            Nullable(Float64) CODEC(ZSTD(1)),
    raw_partition  Int32 COMMENT 'place of the item in the raw topic' CODEC(ZSTD(1)),
    raw_offset     Int64 CODEC(Delta, ZSTD(1)),
    raw            String COMMENT 'JSON of the item' CODEC(ZSTD(3)),
    inserted_time  DateTime64(3, 'UTC') DEFAULT now64(3) COMMENT 'when the insert of the row began' CODEC(Delta, ZSTD(1)),
    INDEX raw_offset_range raw_offset TYPE minmax GRANULARITY 16,
    CONSTRAINT event_time_range CHECK event_time >= toDateTime64('2000-01-01 00:00:00', 0, 'UTC') AND event_time < toDateTime64('2100-01-01 00:00:00', 0, 'UTC')
)
ENGINE = ReplicatedReplacingMergeTree('/clickhouse/tables/{shard}/{database}/media/14', '{replica}')
PARTITION BY toYYYYMM(event_time)
ORDER BY (imei, event_time, kind, instruction_id, raw_partition, raw_offset)
SETTINGS replicated_deduplication_window = 10000
COMMENT 'One row is one announcement of files, or the result of an upload';

CREATE OR REPLACE TABLE media ON CLUSTER `odograph` AS media_local
ENGINE = Distributed(`odograph`, currentDatabase(), media_local, cityHash64(imei))
COMMENT 'One row is one announcement of files, or the result of an upload';

CREATE TABLE IF NOT EXISTS messages_local ON CLUSTER `odograph`
(
    imei          String CODEC(ZSTD(1)),
    kind          LowCardinality(String),
    event_time    Nullable(DateTime64(3, 'UTC')) CODEC(ZSTD(1)),
    received_time DateTime64(3, 'UTC') CODEC(Delta, ZSTD(1)),
    source        LowCardinality(String),
    account       LowCardinality(String),
    raw_partition Int32 COMMENT 'place of the item in the raw topic' CODEC(ZSTD(1)),
    raw_offset    Int64 CODEC(Delta, ZSTD(1)),
    raw           String COMMENT 'JSON of the item' CODEC(ZSTD(3)),
    inserted_time DateTime64(3, 'UTC') DEFAULT now64(3) COMMENT 'when the insert of the row began' CODEC(Delta, ZSTD(1)),
    INDEX raw_offset_range raw_offset TYPE minmax GRANULARITY 16,
    CONSTRAINT received_time_range CHECK received_time >= toDateTime64('2000-01-01 00:00:00', 0, 'UTC') AND received_time < toDateTime64('2100-01-01 00:00:00', 0, 'UTC')
)
ENGINE = ReplicatedReplacingMergeTree('/clickhouse/tables/{shard}/{database}/messages/15', '{replica}')
PARTITION BY toYYYYMM(received_time)
ORDER BY (imei, kind, received_time, raw_partition, raw_offset)
SETTINGS replicated_deduplication_window = 10000
COMMENT 'One row is one item without a table of its own';

CREATE OR REPLACE TABLE messages ON CLUSTER `odograph` AS messages_local
ENGINE = Distributed(`odograph`, currentDatabase(), messages_local, cityHash64(imei))
COMMENT 'One row is one item without a table of its own';

CREATE TABLE IF NOT EXISTS dead_letters_local ON CLUSTER `odograph`
(
    reason        LowCardinality(String),
    error         String CODEC(ZSTD(1)),
    topic         LowCardinality(String) COMMENT 'where the record stands',
    partition     Int32 CODEC(ZSTD(1)),
    offset        Int64 CODEC(Delta, ZSTD(1)),
    kind          LowCardinality(String),
    imei          String CODEC(ZSTD(1)),
    source        LowCardinality(String),
    account       LowCardinality(String),
    received_time Nullable(DateTime64(3, 'UTC')) CODEC(ZSTD(1)),
    first_seen    DateTime64(3, 'UTC') COMMENT 'when it was put aside' CODEC(Delta, ZSTD(1)),
    raw_partition Nullable(Int32) COMMENT 'NULL where even that is unreadable' CODEC(ZSTD(1)),
    raw_offset    Nullable(Int64) CODEC(ZSTD(1)),
    value         String COMMENT 'bytes of the record' CODEC(ZSTD(3)),
    inserted_time DateTime64(3, 'UTC') DEFAULT now64(3) COMMENT 'when the insert of the row began' CODEC(Delta, ZSTD(1))
)
ENGINE = ReplicatedReplacingMergeTree('/clickhouse/tables/{shard}/{database}/dead_letters/16', '{replica}')
PARTITION BY toYYYYMM(first_seen)
ORDER BY (topic, partition, offset, cityHash64(value))
SETTINGS replicated_deduplication_window = 10000
COMMENT 'One row is one item that could not be used, with the reason';

CREATE OR REPLACE TABLE dead_letters ON CLUSTER `odograph` AS dead_letters_local
ENGINE = Distributed(`odograph`, currentDatabase(), dead_letters_local, cityHash64(imei))
COMMENT 'One row is one item that could not be used, with the reason';

CREATE TABLE IF NOT EXISTS devices ON CLUSTER `odograph`
(
    imei          String CODEC(ZSTD(1)),
    name          String CODEC(ZSTD(1)),
    model         LowCardinality(String),
    group_name    LowCardinality(String),
    vehicle_class LowCardinality(String),
    plate         String CODEC(ZSTD(1)),
    driver_name   String CODEC(ZSTD(1)),
    timezone      LowCardinality(String),
    deleted       Bool CODEC(ZSTD(1)),
    updated_time  DateTime64(3, 'UTC') CODEC(ZSTD(1))
)
ENGINE = ReplicatedReplacingMergeTree('/clickhouse/tables/all/{database}/devices/17', '{shard}-{replica}', updated_time)
ORDER BY imei
SETTINGS replicated_deduplication_window = 10000
COMMENT 'One row is one device, as defined last';

CREATE TABLE IF NOT EXISTS fences ON CLUSTER `odograph`
(
    fence_id     String CODEC(ZSTD(1)),
    version      Int64 CODEC(ZSTD(1)),
    name         String CODEC(ZSTD(1)),
    geojson      String CODEC(ZSTD(3)),
    deleted      Bool CODEC(ZSTD(1)),
    updated_time DateTime64(3, 'UTC') CODEC(ZSTD(1))
)
ENGINE = ReplicatedReplacingMergeTree('/clickhouse/tables/all/{database}/fences/18', '{shard}-{replica}', updated_time)
ORDER BY fence_id
SETTINGS replicated_deduplication_window = 10000
COMMENT 'One row is one geofence, as defined last';

CREATE VIEW IF NOT EXISTS fix_sightings ON CLUSTER `odograph` AS
SELECT imei, fix_time, source, account, received_time, false AS is_repeat, false AS conflict, raw_partition, raw_offset, inserted_time
FROM fixes FINAL
UNION ALL
SELECT imei, fix_time, source, account, received_time, true AS is_repeat, conflict, raw_partition, raw_offset, inserted_time
FROM fix_repeats FINAL;

CREATE VIEW IF NOT EXISTS devices_now ON CLUSTER `odograph` AS
SELECT imei, name, model, group_name, vehicle_class, plate, driver_name, timezone
FROM devices FINAL
WHERE NOT deleted;

CREATE VIEW IF NOT EXISTS fences_now ON CLUSTER `odograph` AS
SELECT fence_id, version, name, geojson
FROM fences FINAL
WHERE NOT deleted;

CREATE DICTIONARY IF NOT EXISTS devices_dict ON CLUSTER `odograph`
(
    imei          String,
    name          String,
    model         String,
    group_name    String,
    vehicle_class String,
    plate         String,
    driver_name   String,
    timezone      String
)
PRIMARY KEY imei
SOURCE(CLICKHOUSE(TABLE 'devices_now'))
LAYOUT(COMPLEX_KEY_HASHED())
LIFETIME(MIN 30 MAX 60)
COMMENT 'Devices by IMEI';

CREATE DICTIONARY IF NOT EXISTS fences_dict ON CLUSTER `odograph`
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

CREATE VIEW IF NOT EXISTS items ON CLUSTER `odograph`
(
    raw_partition Nullable(Int32) COMMENT 'NULL where even that is unreadable',
    raw_offset    Nullable(Int64),
    stored_in     String COMMENT 'table in which the item is a row',
    imei          String,
    received_time Nullable(DateTime64(3, 'UTC'))
)
AS
SELECT raw_partition, raw_offset, 'fixes' AS stored_in, imei, received_time FROM fixes FINAL
UNION ALL SELECT raw_partition, raw_offset, 'fix_repeats', imei, received_time FROM fix_repeats FINAL
UNION ALL SELECT raw_partition, raw_offset, 'item_repeats', imei, received_time FROM item_repeats FINAL
UNION ALL SELECT DISTINCT raw_partition, raw_offset, 'alarms', imei, received_time FROM alarms FINAL
UNION ALL SELECT raw_partition, raw_offset, 'heartbeats', imei, received_time FROM heartbeats FINAL
UNION ALL SELECT raw_partition, raw_offset, 'sessions', imei, received_time FROM sessions FINAL
UNION ALL SELECT raw_partition, raw_offset, 'obd', imei, received_time FROM obd FINAL
UNION ALL SELECT raw_partition, raw_offset, 'faults', imei, received_time FROM faults FINAL
UNION ALL SELECT DISTINCT raw_partition, raw_offset, 'sensors', imei, received_time FROM sensors FINAL
UNION ALL SELECT raw_partition, raw_offset, 'media', imei, received_time FROM media FINAL
UNION ALL SELECT raw_partition, raw_offset, 'messages', imei, received_time FROM messages FINAL
UNION ALL SELECT raw_partition, raw_offset, 'dead_letters', imei, received_time FROM dead_letters FINAL
WHERE NOT match(topic, '\.(driving|geofence|trips)\.v1$')
COMMENT 'One row is one item that the collector took, and where it is stored';

ALTER TABLE alarms_local ON CLUSTER `odograph`
    ADD COLUMN IF NOT EXISTS files                 Array(String) CODEC(ZSTD(1)),
    ADD COLUMN IF NOT EXISTS serial                String CODEC(ZSTD(1)),
    ADD COLUMN IF NOT EXISTS gps_time              Nullable(DateTime64(3, 'UTC')) CODEC(ZSTD(1)),
    ADD COLUMN IF NOT EXISTS altitude_m            Nullable(Float64) CODEC(ZSTD(1)),
    ADD COLUMN IF NOT EXISTS heading_deg           Nullable(Float64) COMMENT 'clockwise from north' CODEC(ZSTD(1)),
    ADD COLUMN IF NOT EXISTS fatigue_level         Nullable(Float64) CODEC(ZSTD(1)),
    ADD COLUMN IF NOT EXISTS car_status            Nullable(Int64) COMMENT 'bits, JT/T 808' CODEC(ZSTD(1)),
    ADD COLUMN IF NOT EXISTS signal_drop_channel   String CODEC(ZSTD(1)),
    ADD COLUMN IF NOT EXISTS signal_cover_channel  String CODEC(ZSTD(1)),
    ADD COLUMN IF NOT EXISTS storage_fault_channel String CODEC(ZSTD(1)),
    ADD COLUMN IF NOT EXISTS driving_alarm_flag    Nullable(Int64) COMMENT 'bits' CODEC(ZSTD(1)),
    ADD COLUMN IF NOT EXISTS device_name           String CODEC(ZSTD(1)),
    ADD COLUMN IF NOT EXISTS model                 LowCardinality(String);

CREATE OR REPLACE TABLE alarms ON CLUSTER `odograph` AS alarms_local
ENGINE = Distributed(`odograph`, currentDatabase(), alarms_local, cityHash64(imei));

ALTER TABLE obd_local ON CLUSTER `odograph`
    ADD COLUMN IF NOT EXISTS gate_time         Nullable(DateTime64(3, 'UTC')) COMMENT 'when the platform received it' CODEC(ZSTD(1)),
    ADD COLUMN IF NOT EXISTS push_time         Nullable(DateTime64(3, 'UTC')) CODEC(ZSTD(1)),
    ADD COLUMN IF NOT EXISTS odometer_m        Nullable(Float64) COMMENT 'metres' CODEC(ZSTD(1)),
    ADD COLUMN IF NOT EXISTS device_distance_m Nullable(Float64) COMMENT 'metres' CODEC(ZSTD(1)),
    ADD COLUMN IF NOT EXISTS fuel_l            Nullable(Float64) COMMENT 'litres' CODEC(ZSTD(1)),
    ADD COLUMN IF NOT EXISTS fuel_percent      Nullable(Float64) CODEC(ZSTD(1)),
    ADD COLUMN IF NOT EXISTS coolant_c         Nullable(Float64) COMMENT '°C' CODEC(ZSTD(1)),
    ADD COLUMN IF NOT EXISTS battery_v         Nullable(Float64) COMMENT 'volts' CODEC(ZSTD(1)),
    ADD COLUMN IF NOT EXISTS rpm               Nullable(Float64) CODEC(ZSTD(1)),
    ADD COLUMN IF NOT EXISTS speed_kmh         Nullable(Float64) CODEC(ZSTD(1)),
    ADD COLUMN IF NOT EXISTS vin               String CODEC(ZSTD(1));

CREATE OR REPLACE TABLE obd ON CLUSTER `odograph` AS obd_local
ENGINE = Distributed(`odograph`, currentDatabase(), obd_local, cityHash64(imei));

ALTER TABLE faults_local ON CLUSTER `odograph`
    ADD COLUMN IF NOT EXISTS gate_time   Nullable(DateTime64(3, 'UTC')) COMMENT 'when the platform received it' CODEC(ZSTD(1)),
    ADD COLUMN IF NOT EXISTS fault_count Nullable(Int32) COMMENT 'as the device says; may differ from the number of codes' CODEC(ZSTD(1)),
    ADD COLUMN IF NOT EXISTS text        String CODEC(ZSTD(1));

CREATE OR REPLACE TABLE faults ON CLUSTER `odograph` AS faults_local
ENGINE = Distributed(`odograph`, currentDatabase(), faults_local, cityHash64(imei));

ALTER TABLE sensors_local ON CLUSTER `odograph`
    ADD COLUMN IF NOT EXISTS gate_time       Nullable(DateTime64(3, 'UTC')) COMMENT 'when the platform received it' CODEC(ZSTD(1)),
    ADD COLUMN IF NOT EXISTS post_time       Nullable(DateTime64(3, 'UTC')) COMMENT 'when the device sent it' CODEC(ZSTD(1)),
    ADD COLUMN IF NOT EXISTS gps_time        Nullable(DateTime64(3, 'UTC')) CODEC(ZSTD(1)),
    ADD COLUMN IF NOT EXISTS module_type     LowCardinality(String),
    ADD COLUMN IF NOT EXISTS pos_type        LowCardinality(String),
    ADD COLUMN IF NOT EXISTS mcc             Nullable(Int32) COMMENT 'mobile country code' CODEC(ZSTD(1)),
    ADD COLUMN IF NOT EXISTS mnc             Nullable(Int32) COMMENT 'mobile network code' CODEC(ZSTD(1)),
    ADD COLUMN IF NOT EXISTS `cells.lac`     Array(Nullable(Int64)) CODEC(ZSTD(1)),
    ADD COLUMN IF NOT EXISTS `cells.cell_id` Array(Nullable(Int64)) CODEC(ZSTD(1)),
    ADD COLUMN IF NOT EXISTS `cells.rssi`    Array(Nullable(Int32)) CODEC(ZSTD(1)),
    ADD COLUMN IF NOT EXISTS `cells.mac`     Array(String) CODEC(ZSTD(1));

CREATE OR REPLACE TABLE sensors ON CLUSTER `odograph` AS sensors_local
ENGINE = Distributed(`odograph`, currentDatabase(), sensors_local, cityHash64(imei));

ALTER TABLE media_local ON CLUSTER `odograph`
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

CREATE OR REPLACE TABLE media ON CLUSTER `odograph` AS media_local
ENGINE = Distributed(`odograph`, currentDatabase(), media_local, cityHash64(imei));

ALTER TABLE messages_local ON CLUSTER `odograph`
    ADD COLUMN IF NOT EXISTS gate_time          Nullable(DateTime64(3, 'UTC')) COMMENT 'when the platform received it' CODEC(ZSTD(1)),
    ADD COLUMN IF NOT EXISTS post_time          Nullable(DateTime64(3, 'UTC')) COMMENT 'when the device sent it' CODEC(ZSTD(1)),
    ADD COLUMN IF NOT EXISTS gps_time           Nullable(DateTime64(3, 'UTC')) CODEC(ZSTD(1)),
    ADD COLUMN IF NOT EXISTS lat                Nullable(Float64) CODEC(ZSTD(1)),
    ADD COLUMN IF NOT EXISTS lng                Nullable(Float64) CODEC(ZSTD(1)),
    ADD COLUMN IF NOT EXISTS type               LowCardinality(String) COMMENT 'what it is within its kind',
    ADD COLUMN IF NOT EXISTS category           LowCardinality(String),
    ADD COLUMN IF NOT EXISTS instruction_id     String CODEC(ZSTD(1)),
    ADD COLUMN IF NOT EXISTS msg_type           LowCardinality(String),
    ADD COLUMN IF NOT EXISTS code               LowCardinality(String),
    ADD COLUMN IF NOT EXISTS text               String CODEC(ZSTD(1)),
    ADD COLUMN IF NOT EXISTS content            String COMMENT 'as it came: base64, hexadecimal, JSON or text' CODEC(ZSTD(1)),
    ADD COLUMN IF NOT EXISTS parts              Map(String, String) COMMENT 'members of the content, by number or name' CODEC(ZSTD(1)),
    ADD COLUMN IF NOT EXISTS ids                Array(String) CODEC(ZSTD(1)),
    ADD COLUMN IF NOT EXISTS voltage_v          Nullable(Float64) COMMENT 'volts' CODEC(ZSTD(1)),
    ADD COLUMN IF NOT EXISTS daily_traffic_kb   Nullable(Float64) CODEC(ZSTD(1)),
    ADD COLUMN IF NOT EXISTS battery_percent    Nullable(Float64) CODEC(ZSTD(1)),
    ADD COLUMN IF NOT EXISTS charging           Nullable(Bool) CODEC(ZSTD(1)),
    ADD COLUMN IF NOT EXISTS iccid              String CODEC(ZSTD(1)),
    ADD COLUMN IF NOT EXISTS network            LowCardinality(String),
    ADD COLUMN IF NOT EXISTS hdop               Nullable(Float64) CODEC(ZSTD(1)),
    ADD COLUMN IF NOT EXISTS external_voltage_v Nullable(Float64) COMMENT 'volts' CODEC(ZSTD(1)),
    ADD COLUMN IF NOT EXISTS begin_time         Nullable(DateTime64(3, 'UTC')) CODEC(ZSTD(1)),
    ADD COLUMN IF NOT EXISTS end_time           Nullable(DateTime64(3, 'UTC')) CODEC(ZSTD(1)),
    ADD COLUMN IF NOT EXISTS begin_lat          Nullable(Float64) COMMENT 'degrees, WGS-84' CODEC(ZSTD(1)),
    ADD COLUMN IF NOT EXISTS begin_lng          Nullable(Float64) CODEC(ZSTD(1)),
    ADD COLUMN IF NOT EXISTS end_lat            Nullable(Float64) COMMENT 'degrees, WGS-84' CODEC(ZSTD(1)),
    ADD COLUMN IF NOT EXISTS end_lng            Nullable(Float64) CODEC(ZSTD(1)),
    ADD COLUMN IF NOT EXISTS distance_m         Nullable(Float64) COMMENT 'metres' CODEC(ZSTD(1)),
    ADD COLUMN IF NOT EXISTS fuel_l             Nullable(Float64) COMMENT 'litres' CODEC(ZSTD(1)),
    ADD COLUMN IF NOT EXISTS duration_s         Nullable(Float64) COMMENT 'seconds' CODEC(ZSTD(1)),
    ADD COLUMN IF NOT EXISTS idle_s             Nullable(Float64) COMMENT 'seconds' CODEC(ZSTD(1)),
    ADD COLUMN IF NOT EXISTS stop_s             Nullable(Float64) COMMENT 'seconds without movement' CODEC(ZSTD(1)),
    ADD COLUMN IF NOT EXISTS avg_speed_kmh      Nullable(Float64) CODEC(ZSTD(1)),
    ADD COLUMN IF NOT EXISTS max_speed_kmh      Nullable(Float64) CODEC(ZSTD(1)),
    ADD COLUMN IF NOT EXISTS trip_seq           Nullable(Int64) CODEC(ZSTD(1)),
    ADD COLUMN IF NOT EXISTS odometer_m         Nullable(Float64) COMMENT 'metres' CODEC(ZSTD(1)),
    ADD COLUMN IF NOT EXISTS acc                Nullable(Bool) CODEC(ZSTD(1)),
    ADD COLUMN IF NOT EXISTS vin                String CODEC(ZSTD(1)),
    ADD COLUMN IF NOT EXISTS device_name        String CODEC(ZSTD(1)),
    ADD COLUMN IF NOT EXISTS model              LowCardinality(String),
    ADD COLUMN IF NOT EXISTS sim                String CODEC(ZSTD(1)),
    ADD COLUMN IF NOT EXISTS plate              String CODEC(ZSTD(1)),
    ADD COLUMN IF NOT EXISTS driver_name        String CODEC(ZSTD(1)),
    ADD COLUMN IF NOT EXISTS group_name         LowCardinality(String);

CREATE OR REPLACE TABLE messages ON CLUSTER `odograph` AS messages_local
ENGINE = Distributed(`odograph`, currentDatabase(), messages_local, cityHash64(imei));

CREATE TABLE IF NOT EXISTS alarm_names ON CLUSTER `odograph`
(
    msg_class Int32 COMMENT '0 JIMI, 1 JT/T 808',
    code      String,
    subtype   String COMMENT 'empty: every subtype without a name of its own',
    kind      String COMMENT 'what the alarm is, the same word for every vendor code; empty: the name is taken back',
    severity  LowCardinality(String) COMMENT 'info, warning, critical',
    text      String,
    conflict  String COMMENT 'how documents contradict each other, empty if they do not',
    version   UInt32 COMMENT 'of two rows of one alarm the higher is the truth; your own begin at 1000000'
)
ENGINE = ReplicatedReplacingMergeTree('/clickhouse/tables/all/{database}/alarm_names/31', '{shard}-{replica}', version)
ORDER BY (msg_class, code, subtype)
COMMENT 'What alarms are: odograph setup writes it, and a row of a higher version corrects it';

CREATE VIEW IF NOT EXISTS alarm_names_now ON CLUSTER `odograph` AS
SELECT msg_class, code, subtype, kind, severity, text, conflict, version
FROM alarm_names FINAL
WHERE kind != '';

CREATE DICTIONARY IF NOT EXISTS alarm_names_dict ON CLUSTER `odograph`
(
    msg_class Int32,
    code      String,
    subtype   String,
    kind      String,
    severity  String,
    text      String,
    conflict  String
)
PRIMARY KEY msg_class, code, subtype
SOURCE(CLICKHOUSE(TABLE 'alarm_names_now'))
LAYOUT(COMPLEX_KEY_HASHED())
LIFETIME(MIN 30 MAX 60)
COMMENT 'What alarms are, by class, code and subtype';

CREATE VIEW IF NOT EXISTS alarms_named ON CLUSTER `odograph` AS
SELECT
    *,
    coalesce(dictGetOrNull('alarm_names_dict', 'kind', (msg_class, toString(code), toString(subtype))),
        dictGetOrNull('alarm_names_dict', 'kind', (msg_class, toString(code), ''))) AS kind,
    coalesce(dictGetOrNull('alarm_names_dict', 'severity', (msg_class, toString(code), toString(subtype))),
        dictGetOrNull('alarm_names_dict', 'severity', (msg_class, toString(code), ''))) AS severity,
    coalesce(dictGetOrNull('alarm_names_dict', 'text', (msg_class, toString(code), toString(subtype))),
        dictGetOrNull('alarm_names_dict', 'text', (msg_class, toString(code), ''))) AS text,
    coalesce(dictGetOrNull('alarm_names_dict', 'conflict', (msg_class, toString(code), toString(subtype))),
        dictGetOrNull('alarm_names_dict', 'conflict', (msg_class, toString(code), ''))) AS conflict_note,
    ifNull(conflict_note != '', false) AS conflict
FROM alarms FINAL
COMMENT 'Alarms with what they are, resolved when they are read: a corrected name holds for all history';

CREATE TABLE IF NOT EXISTS dtc_names ON CLUSTER `odograph`
(
    code    String COMMENT 'as P0301',
    text    String COMMENT 'empty: the text is taken back',
    version UInt32 COMMENT 'of two rows of one code the higher is the truth; your own begin at 1000000'
)
ENGINE = ReplicatedReplacingMergeTree('/clickhouse/tables/all/{database}/dtc_names/35', '{shard}-{replica}', version)
ORDER BY code
COMMENT 'Texts of trouble codes: odograph setup writes it, and a row of a higher version corrects it';

CREATE VIEW IF NOT EXISTS dtc_names_now ON CLUSTER `odograph` AS
SELECT code, text, version
FROM dtc_names FINAL
WHERE text != '';

CREATE DICTIONARY IF NOT EXISTS dtc_dict ON CLUSTER `odograph`
(
    code String,
    text String
)
PRIMARY KEY code
SOURCE(CLICKHOUSE(TABLE 'dtc_names_now'))
LAYOUT(COMPLEX_KEY_HASHED())
LIFETIME(MIN 30 MAX 60)
COMMENT 'Texts of trouble codes';

CREATE VIEW IF NOT EXISTS fault_codes ON CLUSTER `odograph` AS
WITH
    substring(reported_code, 1, 5) AS short,
    match(short, '^[PCBU][0-3][0-9A-F]{3}$') AS known,
    substring(short, 1, 1) AS letter,
    substring(short, 2, 1) AS origin,
    substring(short, 3, 1) AS digit
SELECT
    imei, event_time, received_time, source, account, raw_partition, raw_offset, lat, lng, status_flags,
    reported_code AS code,
    if(known, transform(letter, ['P', 'C', 'B', 'U'], ['powertrain', 'chassis', 'body', 'network'], ''), NULL) AS system,
    multiIf(NOT known, NULL,
        origin = '0' OR letter = 'P' AND (origin = '2' OR origin = '3' AND digit >= '4') OR letter = 'U' AND origin = '3', 'sae',
        letter IN ('B', 'C') AND origin = '3', 'reserved',
        'manufacturer') AS standard,
    if(known, digit, NULL) AS subsystem_digit,
    if(known AND letter = 'P' AND standard = 'sae', transform(digit,
        ['0', '1', '2', '3', '4', '5', '6', '7', '8', '9', 'A', 'B', 'C'],
        ['fuel, air and emissions', 'fuel and air', 'fuel and air', 'ignition and misfire', 'emissions', 'speed and idle', 'control unit and outputs',
            'transmission', 'transmission', 'transmission', 'hybrid drive', 'hybrid drive', 'hybrid drive'], 'other'), NULL) AS subsystem,
    dictGetOrNull('dtc_dict', 'text', short) AS text
FROM (SELECT *, toString(one_code) AS reported_code FROM faults FINAL ARRAY JOIN codes AS one_code)
COMMENT 'One row is one trouble code of a report; system, standard and subsystem as SAE J2012 has them, text NULL where it is unknown';

CREATE TABLE IF NOT EXISTS completeness_local ON CLUSTER `odograph`
(
    imei           String CODEC(ZSTD(1)),
    hour           DateTime64(0, 'UTC') COMMENT 'beginning of the hour of fix time' CODEC(Delta, ZSTD(1)),
    revision       Int64 COMMENT 'milliseconds since 1970 at which this was worked out; the highest holds' CODEC(Delta, ZSTD(1)),
    account        LowCardinality(String) COMMENT 'account that polls the device',
    cadence_s      Nullable(Float64) COMMENT 'usual time between two fixes on the move' CODEC(ZSTD(1)),
    expected_fixes Nullable(Int32) COMMENT 'received and missing; NULL: nothing tells how many there were' CODEC(ZSTD(1)),
    received_fixes Int32 COMMENT 'distinct fixes that the enricher put out' CODEC(ZSTD(1)),
    missing_fixes  Int32 COMMENT 'estimate: time in holes by the cadence' CODEC(ZSTD(1)),
    first_by_push  Int32 COMMENT 'of the received ones, brought first by a push' CODEC(ZSTD(1)),
    first_by_poll  Int32 COMMENT 'of the received ones, brought first by a poll' CODEC(ZSTD(1)),
    holes          Int32 CODEC(ZSTD(1)),
    asked_holes    Int32 COMMENT 'holes for which the platform was asked' CODEC(ZSTD(1)),
    longest_hole_s Nullable(Float64) CODEC(ZSTD(1)),
    reason         LowCardinality(String) COMMENT 'why fixes are missing, the part that weighs most',
    inserted_time  DateTime64(3, 'UTC') DEFAULT now64(3) COMMENT 'when the insert of the row began' CODEC(Delta, ZSTD(1)),
    CONSTRAINT imei_given CHECK imei != '',
    CONSTRAINT hour_range CHECK hour >= toDateTime64('2000-01-01 00:00:00', 0, 'UTC') AND hour < toDateTime64('2100-01-01 00:00:00', 0, 'UTC')
)
ENGINE = ReplicatedReplacingMergeTree('/clickhouse/tables/{shard}/{database}/completeness/39', '{replica}', revision)
PARTITION BY toYYYYMM(hour)
ORDER BY (imei, hour)
SETTINGS replicated_deduplication_window = 10000
COMMENT 'One row is one hour of one device: fixes expected and received, and why some are missing';

CREATE OR REPLACE TABLE completeness ON CLUSTER `odograph` AS completeness_local
ENGINE = Distributed(`odograph`, currentDatabase(), completeness_local, cityHash64(imei))
COMMENT 'One row is one hour of one device: fixes expected and received, and why some are missing';

CREATE VIEW IF NOT EXISTS completeness_stored ON CLUSTER `odograph` AS
SELECT c.imei AS imei, c.hour AS hour, c.account AS account, c.cadence_s AS cadence_s,
    c.expected_fixes AS expected_fixes, c.received_fixes AS received_fixes, c.missing_fixes AS missing_fixes,
    coalesce(f.stored, 0) AS stored_fixes,
    c.first_by_push AS first_by_push, c.first_by_poll AS first_by_poll,
    c.holes AS holes, c.asked_holes AS asked_holes, c.longest_hole_s AS longest_hole_s, c.reason AS reason,
    c.revision AS revision
FROM (SELECT * FROM completeness FINAL) AS c
LEFT JOIN (SELECT imei, toStartOfHour(fix_time) AS hour, count() AS stored FROM fixes FINAL GROUP BY imei, hour) AS f
    ON f.imei = c.imei AND toDateTime(f.hour, 'UTC') = toDateTime(c.hour, 'UTC');

ALTER TABLE devices ON CLUSTER `odograph`
    ADD COLUMN IF NOT EXISTS account LowCardinality(String) COMMENT 'account that polls the device',
    ADD COLUMN IF NOT EXISTS activated_time Nullable(DateTime64(3, 'UTC')) CODEC(ZSTD(1)),
    ADD COLUMN IF NOT EXISTS expires_time Nullable(DateTime64(3, 'UTC')) COMMENT 'end of the subscription of the device' CODEC(ZSTD(1));

CREATE OR REPLACE VIEW devices_now ON CLUSTER `odograph` AS
SELECT imei, name, model, group_name, vehicle_class, plate, driver_name, timezone, account, activated_time, expires_time
FROM devices FINAL
WHERE NOT deleted;

CREATE OR REPLACE DICTIONARY devices_dict ON CLUSTER `odograph`
(
    imei          String,
    name          String,
    model         String,
    group_name    String,
    vehicle_class String,
    plate         String,
    driver_name   String,
    timezone      String,
    account       String,
    expires_time  Nullable(DateTime64(3, 'UTC'))
)
PRIMARY KEY imei
SOURCE(CLICKHOUSE(TABLE 'devices_now'))
LAYOUT(COMPLEX_KEY_HASHED())
LIFETIME(MIN 30 MAX 60)
COMMENT 'Devices by IMEI';

CREATE OR REPLACE VIEW items ON CLUSTER `odograph`
(
    raw_partition Nullable(Int32) COMMENT 'NULL where even that is unreadable',
    raw_offset    Nullable(Int64),
    stored_in     String COMMENT 'table in which the item is a row',
    imei          String,
    received_time Nullable(DateTime64(3, 'UTC')),
    source        String COMMENT 'interface the item came by'
)
AS
SELECT raw_partition, raw_offset, 'fixes' AS stored_in, imei, received_time, source FROM fixes FINAL
UNION ALL SELECT raw_partition, raw_offset, 'fix_repeats', imei, received_time, source FROM fix_repeats FINAL
UNION ALL SELECT raw_partition, raw_offset, 'item_repeats', imei, received_time, source FROM item_repeats FINAL
UNION ALL SELECT DISTINCT raw_partition, raw_offset, 'alarms', imei, received_time, source FROM alarms FINAL
UNION ALL SELECT raw_partition, raw_offset, 'heartbeats', imei, received_time, source FROM heartbeats FINAL
UNION ALL SELECT raw_partition, raw_offset, 'sessions', imei, received_time, source FROM sessions FINAL
UNION ALL SELECT raw_partition, raw_offset, 'obd', imei, received_time, source FROM obd FINAL
UNION ALL SELECT raw_partition, raw_offset, 'faults', imei, received_time, source FROM faults FINAL
UNION ALL SELECT DISTINCT raw_partition, raw_offset, 'sensors', imei, received_time, source FROM sensors FINAL
UNION ALL SELECT raw_partition, raw_offset, 'media', imei, received_time, source FROM media FINAL
UNION ALL SELECT raw_partition, raw_offset, 'messages', imei, received_time, source FROM messages FINAL
UNION ALL SELECT raw_partition, raw_offset, 'dead_letters', imei, received_time, source FROM dead_letters FINAL
WHERE NOT match(topic, '\.(driving|geofence|trips)\.v1$')
COMMENT 'One row is one item that the collector took, and where it is stored';

ALTER TABLE driving_events_local ON CLUSTER `odograph`
    MODIFY COLUMN confidence LowCardinality(String),
    MODIFY COLUMN lat Nullable(Float64) CODEC(ZSTD(1)),
    MODIFY COLUMN lng Nullable(Float64) CODEC(ZSTD(1)),
    ADD COLUMN IF NOT EXISTS sources            Array(LowCardinality(String)) CODEC(ZSTD(1)),
    ADD COLUMN IF NOT EXISTS alarm_code         LowCardinality(String),
    ADD COLUMN IF NOT EXISTS vehicle_class      LowCardinality(String),
    ADD COLUMN IF NOT EXISTS threshold_mps2     Nullable(Float64) CODEC(ZSTD(1)),
    ADD COLUMN IF NOT EXISTS gap_s              Nullable(Float64) CODEC(ZSTD(1)),
    ADD COLUMN IF NOT EXISTS speed_before_kmh   Nullable(Float64) CODEC(ZSTD(1)),
    ADD COLUMN IF NOT EXISTS speed_after_kmh    Nullable(Float64) CODEC(ZSTD(1)),
    ADD COLUMN IF NOT EXISTS heading_change_deg Nullable(Float64) CODEC(ZSTD(1)),
    ADD COLUMN IF NOT EXISTS peak_heading_change_deg Nullable(Float64) CODEC(ZSTD(1)),
    ADD COLUMN IF NOT EXISTS max_speed_kmh      Nullable(Float64) CODEC(ZSTD(1)),
    ADD COLUMN IF NOT EXISTS limit_kmh          Nullable(Float64) CODEC(ZSTD(1)),
    ADD COLUMN IF NOT EXISTS limit_source       LowCardinality(String),
    ADD COLUMN IF NOT EXISTS distance_m         Nullable(Float64) CODEC(ZSTD(1));

CREATE OR REPLACE TABLE driving_events ON CLUSTER `odograph` AS driving_events_local
ENGINE = Distributed(`odograph`, currentDatabase(), driving_events_local, cityHash64(imei));

ALTER TABLE trips_local ON CLUSTER `odograph`
    ADD COLUMN IF NOT EXISTS ongoing             Bool CODEC(ZSTD(1)),
    ADD COLUMN IF NOT EXISTS driving_s           Nullable(Float64) CODEC(ZSTD(1)),
    ADD COLUMN IF NOT EXISTS observable_s        Nullable(Float64) CODEC(ZSTD(1)),
    ADD COLUMN IF NOT EXISTS fixes               Nullable(Int64) CODEC(ZSTD(1)),
    ADD COLUMN IF NOT EXISTS longest_gap_s       Nullable(Float64) CODEC(ZSTD(1)),
    ADD COLUMN IF NOT EXISTS start_lat           Nullable(Float64) CODEC(ZSTD(1)),
    ADD COLUMN IF NOT EXISTS start_lng           Nullable(Float64) CODEC(ZSTD(1)),
    ADD COLUMN IF NOT EXISTS end_lat             Nullable(Float64) CODEC(ZSTD(1)),
    ADD COLUMN IF NOT EXISTS end_lng             Nullable(Float64) CODEC(ZSTD(1)),
    ADD COLUMN IF NOT EXISTS odometer_distance_m Nullable(Float64) CODEC(ZSTD(1)),
    ADD COLUMN IF NOT EXISTS end_reason          LowCardinality(String),
    ADD COLUMN IF NOT EXISTS driver              String CODEC(ZSTD(1)),
    ADD COLUMN IF NOT EXISTS driver_source       LowCardinality(String),
    ADD COLUMN IF NOT EXISTS rule_version        LowCardinality(String);

CREATE OR REPLACE TABLE trips ON CLUSTER `odograph` AS trips_local
ENGINE = Distributed(`odograph`, currentDatabase(), trips_local, cityHash64(imei));

ALTER TABLE stops_local ON CLUSTER `odograph`
    ADD COLUMN IF NOT EXISTS ongoing      Bool CODEC(ZSTD(1)),
    ADD COLUMN IF NOT EXISTS rule_version LowCardinality(String);

CREATE OR REPLACE TABLE stops ON CLUSTER `odograph` AS stops_local
ENGINE = Distributed(`odograph`, currentDatabase(), stops_local, cityHash64(imei));

RENAME TABLE IF EXISTS driving_events_local TO driving_events_before_50_local, IF EXISTS geofence_events_local TO geofence_events_before_50_local, IF EXISTS trips_local TO trips_before_50_local, IF EXISTS stops_local TO stops_before_50_local ON CLUSTER `odograph`;

CREATE OR REPLACE TABLE driving_events_before_50 ON CLUSTER `odograph` AS driving_events_before_50_local
ENGINE = Distributed(`odograph`, currentDatabase(), driving_events_before_50_local, cityHash64(imei));

CREATE OR REPLACE TABLE geofence_events_before_50 ON CLUSTER `odograph` AS geofence_events_before_50_local
ENGINE = Distributed(`odograph`, currentDatabase(), geofence_events_before_50_local, cityHash64(imei));

CREATE OR REPLACE TABLE trips_before_50 ON CLUSTER `odograph` AS trips_before_50_local
ENGINE = Distributed(`odograph`, currentDatabase(), trips_before_50_local, cityHash64(imei));

CREATE OR REPLACE TABLE stops_before_50 ON CLUSTER `odograph` AS stops_before_50_local
ENGINE = Distributed(`odograph`, currentDatabase(), stops_before_50_local, cityHash64(imei));

CREATE TABLE IF NOT EXISTS driving_events_local ON CLUSTER `odograph`
(
    event_id           String COMMENT 'same for every revision' CODEC(ZSTD(1)),
    revision           UInt32 COMMENT 'the highest holds' CODEC(ZSTD(1)),
    retracted          Bool COMMENT 'did not happen after all; FINAL leaves it out' CODEC(ZSTD(1)),
    imei               String CODEC(ZSTD(1)),
    kind               LowCardinality(String) COMMENT 'harsh_braking, harsh_acceleration, harsh_cornering, collision, speeding, idling',
    start_time         DateTime64(3, 'UTC') COMMENT 'part of what the id is made of, so the same in every revision' CODEC(Delta, ZSTD(1)),
    end_time           DateTime64(3, 'UTC') CODEC(Delta, ZSTD(1)),
    severity           LowCardinality(String) COMMENT 'low, medium, high; none for kinds without steps',
    peak_mps2          Nullable(Float64) COMMENT 'm/s², largest size of the acceleration, always positive' CODEC(ZSTD(1)),
    source             LowCardinality(String) COMMENT 'device where the device says so, else gps',
    sources            Array(LowCardinality(String)) COMMENT 'all that saw it' CODEC(ZSTD(1)),
    confidence         LowCardinality(String) COMMENT 'high: the own sensors of the device; measured: fixes at most 3 s apart; inferred: 3 to 10 s, not in the score',
    rule_version       LowCardinality(String),
    lat                Nullable(Float64) COMMENT 'degrees, WGS-84, of the peak; NULL where the alarm has no position' CODEC(ZSTD(1)),
    lng                Nullable(Float64) CODEC(ZSTD(1)),
    alarm_code         LowCardinality(String) COMMENT 'msg_class/code of the alarm of the device',
    vehicle_class      LowCardinality(String) COMMENT 'whose thresholds were taken',
    threshold_mps2     Nullable(Float64) COMMENT 'm/s², the lowest that had to be passed at the gap of the peak' CODEC(ZSTD(1)),
    gap_s              Nullable(Float64) COMMENT 'seconds between the two fixes of the peak' CODEC(ZSTD(1)),
    speed_before_kmh   Nullable(Float64) COMMENT 'at the first fix of the gap' CODEC(ZSTD(1)),
    speed_after_kmh    Nullable(Float64) COMMENT 'at the second' CODEC(ZSTD(1)),
    heading_change_deg      Nullable(Float64) COMMENT 'degrees, summed over a cornering, positive to the right' CODEC(ZSTD(1)),
    peak_heading_change_deg Nullable(Float64) COMMENT 'degrees, of a cornering within the gap of its peak' CODEC(ZSTD(1)),
    max_speed_kmh      Nullable(Float64) CODEC(ZSTD(1)),
    limit_kmh          Nullable(Float64) COMMENT 'that was passed by speeding' CODEC(ZSTD(1)),
    limit_source       LowCardinality(String) COMMENT 'own, fence or road',
    distance_m         Nullable(Float64) COMMENT 'metres driven from start to end of speeding' CODEC(ZSTD(1)),
    raw_partition      Int32 COMMENT 'place in the raw topic of the item that led to this revision' CODEC(ZSTD(1)),
    raw_offset         Int64 CODEC(Delta, ZSTD(1)),
    inserted_time      DateTime64(3, 'UTC') DEFAULT now64(3) COMMENT 'when the insert of the row began' CODEC(Delta, ZSTD(1)),
    CONSTRAINT imei_given CHECK imei != '',
    CONSTRAINT event_id_given CHECK event_id != '',
    CONSTRAINT start_time_range CHECK start_time >= toDateTime64('2000-01-01 00:00:00', 0, 'UTC') AND start_time < toDateTime64('2100-01-01 00:00:00', 0, 'UTC')
)
ENGINE = ReplicatedReplacingMergeTree('/clickhouse/tables/{shard}/{database}/driving_events/54', '{replica}', revision, retracted)
PARTITION BY toYYYYMM(start_time)
ORDER BY (imei, start_time, event_id)
SETTINGS replicated_deduplication_window = 10000
COMMENT 'One row is one event of driving behaviour';

CREATE OR REPLACE TABLE driving_events ON CLUSTER `odograph` AS driving_events_local
ENGINE = Distributed(`odograph`, currentDatabase(), driving_events_local, cityHash64(imei))
COMMENT 'One row is one event of driving behaviour';

CREATE TABLE IF NOT EXISTS geofence_events_local ON CLUSTER `odograph`
(
    event_id      String COMMENT 'same for every revision' CODEC(ZSTD(1)),
    revision      UInt32 COMMENT 'the highest holds' CODEC(ZSTD(1)),
    retracted     Bool COMMENT 'did not happen after all; FINAL leaves it out' CODEC(ZSTD(1)),
    imei          String CODEC(ZSTD(1)),
    fence_id      String CODEC(ZSTD(1)),
    fence_version Int64 CODEC(ZSTD(1)),
    kind          LowCardinality(String) COMMENT 'enter, dwell, exit',
    at            DateTime64(3, 'UTC') COMMENT 'part of what the id is made of, so the same in every revision' CODEC(Delta, ZSTD(1)),
    confirmed_at  DateTime64(3, 'UTC') CODEC(Delta, ZSTD(1)),
    inferred      Bool CODEC(ZSTD(1)),
    lat           Float64 COMMENT 'degrees, WGS-84' CODEC(ZSTD(1)),
    lng           Float64 CODEC(ZSTD(1)),
    raw_partition Int32 COMMENT 'place in the raw topic of the item that led to this revision' CODEC(ZSTD(1)),
    raw_offset    Int64 CODEC(Delta, ZSTD(1)),
    inserted_time DateTime64(3, 'UTC') DEFAULT now64(3) COMMENT 'when the insert of the row began' CODEC(Delta, ZSTD(1)),
    CONSTRAINT imei_given CHECK imei != '',
    CONSTRAINT event_id_given CHECK event_id != '',
    CONSTRAINT at_range CHECK at >= toDateTime64('2000-01-01 00:00:00', 0, 'UTC') AND at < toDateTime64('2100-01-01 00:00:00', 0, 'UTC')
)
ENGINE = ReplicatedReplacingMergeTree('/clickhouse/tables/{shard}/{database}/geofence_events/55', '{replica}', revision, retracted)
PARTITION BY toYYYYMM(at)
ORDER BY (imei, at, event_id)
SETTINGS replicated_deduplication_window = 10000
COMMENT 'One row is one transition of a device at a geofence';

CREATE OR REPLACE TABLE geofence_events ON CLUSTER `odograph` AS geofence_events_local
ENGINE = Distributed(`odograph`, currentDatabase(), geofence_events_local, cityHash64(imei))
COMMENT 'One row is one transition of a device at a geofence';

CREATE TABLE IF NOT EXISTS trips_local ON CLUSTER `odograph`
(
    trip_id             String COMMENT 'same for every revision' CODEC(ZSTD(1)),
    revision            UInt32 COMMENT 'the highest holds' CODEC(ZSTD(1)),
    retracted           Bool COMMENT 'was no trip after all; FINAL leaves it out' CODEC(ZSTD(1)),
    imei                String CODEC(ZSTD(1)),
    start_time          DateTime64(3, 'UTC') COMMENT 'part of what the id is made of, so the same in every revision' CODEC(Delta, ZSTD(1)),
    end_time            DateTime64(3, 'UTC') COMMENT 'last movement; while ongoing, the last one seen' CODEC(Delta, ZSTD(1)),
    ongoing             Bool COMMENT 'a later revision will tell more' CODEC(ZSTD(1)),
    distance_m          Float64 COMMENT 'metres, from the track' CODEC(ZSTD(1)),
    odometer_distance_m Nullable(Float64) COMMENT 'metres by the odometer of the device, end less start' CODEC(ZSTD(1)),
    max_speed_kmh       Nullable(Float64) CODEC(ZSTD(1)),
    idle_s              Float64 COMMENT 'seconds at rest within the trip, ignition not known to be off' CODEC(ZSTD(1)),
    driving_s           Nullable(Float64) COMMENT 'seconds in motion' CODEC(ZSTD(1)),
    observable_s        Nullable(Float64) COMMENT 'seconds of driving_s in gaps of at most 3 s' CODEC(ZSTD(1)),
    observable_share    Nullable(Float64) COMMENT 'share of driving time in which harsh events could be seen, 0 to 1' CODEC(ZSTD(1)),
    fixes               Nullable(Int64) COMMENT 'fixes that the trip was made of' CODEC(ZSTD(1)),
    longest_gap_s       Nullable(Float64) COMMENT 'seconds between two of its fixes' CODEC(ZSTD(1)),
    start_lat           Nullable(Float64) COMMENT 'degrees, WGS-84' CODEC(ZSTD(1)),
    start_lng           Nullable(Float64) CODEC(ZSTD(1)),
    end_lat             Nullable(Float64) COMMENT 'degrees, WGS-84' CODEC(ZSTD(1)),
    end_lng             Nullable(Float64) CODEC(ZSTD(1)),
    end_reason          LowCardinality(String) COMMENT 'rest, ignition_off or silence',
    driver              String CODEC(ZSTD(1)),
    driver_source       LowCardinality(String) COMMENT 'rfid, sign_in or device',
    rule_version        LowCardinality(String),
    raw_partition       Int32 COMMENT 'place in the raw topic of the item that led to this revision' CODEC(ZSTD(1)),
    raw_offset          Int64 CODEC(Delta, ZSTD(1)),
    inserted_time       DateTime64(3, 'UTC') DEFAULT now64(3) COMMENT 'when the insert of the row began' CODEC(Delta, ZSTD(1)),
    CONSTRAINT imei_given CHECK imei != '',
    CONSTRAINT trip_id_given CHECK trip_id != '',
    CONSTRAINT start_time_range CHECK start_time >= toDateTime64('2000-01-01 00:00:00', 0, 'UTC') AND start_time < toDateTime64('2100-01-01 00:00:00', 0, 'UTC')
)
ENGINE = ReplicatedReplacingMergeTree('/clickhouse/tables/{shard}/{database}/trips/56', '{replica}', revision, retracted)
PARTITION BY toYYYYMM(start_time)
ORDER BY (imei, start_time, trip_id)
SETTINGS replicated_deduplication_window = 10000
COMMENT 'One row is one trip';

CREATE OR REPLACE TABLE trips ON CLUSTER `odograph` AS trips_local
ENGINE = Distributed(`odograph`, currentDatabase(), trips_local, cityHash64(imei))
COMMENT 'One row is one trip';

CREATE TABLE IF NOT EXISTS stops_local ON CLUSTER `odograph`
(
    stop_id       String COMMENT 'same for every revision' CODEC(ZSTD(1)),
    revision      UInt32 COMMENT 'the highest holds' CODEC(ZSTD(1)),
    retracted     Bool COMMENT 'was no stop after all; FINAL leaves it out' CODEC(ZSTD(1)),
    imei          String CODEC(ZSTD(1)),
    start_time    DateTime64(3, 'UTC') COMMENT 'part of what the id is made of, so the same in every revision' CODEC(Delta, ZSTD(1)),
    end_time      DateTime64(3, 'UTC') COMMENT 'while ongoing, when it was seen last' CODEC(Delta, ZSTD(1)),
    ongoing       Bool COMMENT 'a later revision will tell more' CODEC(ZSTD(1)),
    kind          LowCardinality(String) COMMENT 'parking or idling',
    lat           Float64 COMMENT 'degrees, WGS-84' CODEC(ZSTD(1)),
    lng           Float64 CODEC(ZSTD(1)),
    rule_version  LowCardinality(String),
    raw_partition Int32 COMMENT 'place in the raw topic of the item that led to this revision' CODEC(ZSTD(1)),
    raw_offset    Int64 CODEC(Delta, ZSTD(1)),
    inserted_time DateTime64(3, 'UTC') DEFAULT now64(3) COMMENT 'when the insert of the row began' CODEC(Delta, ZSTD(1)),
    CONSTRAINT imei_given CHECK imei != '',
    CONSTRAINT stop_id_given CHECK stop_id != '',
    CONSTRAINT start_time_range CHECK start_time >= toDateTime64('2000-01-01 00:00:00', 0, 'UTC') AND start_time < toDateTime64('2100-01-01 00:00:00', 0, 'UTC')
)
ENGINE = ReplicatedReplacingMergeTree('/clickhouse/tables/{shard}/{database}/stops/57', '{replica}', revision, retracted)
PARTITION BY toYYYYMM(start_time)
ORDER BY (imei, start_time, stop_id)
SETTINGS replicated_deduplication_window = 10000
COMMENT 'One row is one stop or idling period';

CREATE OR REPLACE TABLE stops ON CLUSTER `odograph` AS stops_local
ENGINE = Distributed(`odograph`, currentDatabase(), stops_local, cityHash64(imei))
COMMENT 'One row is one stop or idling period';

INSERT INTO driving_events
(
    event_id, revision, retracted, imei, kind, start_time, end_time, severity, peak_mps2, source, sources, confidence, rule_version,
    lat, lng, alarm_code, vehicle_class, threshold_mps2, gap_s, speed_before_kmh, speed_after_kmh, heading_change_deg, peak_heading_change_deg, max_speed_kmh,
    limit_kmh, limit_source, distance_m, raw_partition, raw_offset, inserted_time
)
SELECT
    event_id, revision, retracted, imei, kind, start_time, end_time, severity, peak_mps2, source, sources, confidence, rule_version,
    lat, lng, alarm_code, vehicle_class, threshold_mps2, gap_s, speed_before_kmh, speed_after_kmh, heading_change_deg, peak_heading_change_deg, max_speed_kmh,
    limit_kmh, limit_source, distance_m, raw_partition, raw_offset, inserted_time
FROM driving_events_before_50
SETTINGS max_partitions_per_insert_block = 0;

INSERT INTO geofence_events
(
    event_id, revision, retracted, imei, fence_id, fence_version, kind, at, confirmed_at, inferred, lat, lng, raw_partition,
    raw_offset, inserted_time
)
SELECT
    event_id, revision, retracted, imei, fence_id, fence_version, kind, at, confirmed_at, inferred, lat, lng, raw_partition,
    raw_offset, inserted_time
FROM geofence_events_before_50
SETTINGS max_partitions_per_insert_block = 0;

INSERT INTO trips
(
    trip_id, revision, retracted, imei, start_time, end_time, ongoing, distance_m, odometer_distance_m, max_speed_kmh, idle_s,
    driving_s, observable_s, observable_share, fixes, longest_gap_s, start_lat, start_lng, end_lat, end_lng, end_reason, driver,
    driver_source, rule_version, raw_partition, raw_offset, inserted_time
)
SELECT
    trip_id, revision, retracted, imei, start_time, end_time, ongoing, distance_m, odometer_distance_m, max_speed_kmh, idle_s,
    driving_s, observable_s, observable_share, fixes, longest_gap_s, start_lat, start_lng, end_lat, end_lng, end_reason, driver,
    driver_source, rule_version, raw_partition, raw_offset, inserted_time
FROM trips_before_50
SETTINGS max_partitions_per_insert_block = 0;

INSERT INTO stops
(
    stop_id, revision, retracted, imei, start_time, end_time, ongoing, kind, lat, lng, rule_version, raw_partition, raw_offset,
    inserted_time
)
SELECT
    stop_id, revision, retracted, imei, start_time, end_time, ongoing, kind, lat, lng, rule_version, raw_partition, raw_offset,
    inserted_time
FROM stops_before_50
SETTINGS max_partitions_per_insert_block = 0;

DROP TABLE IF EXISTS driving_events_before_50 ON CLUSTER `odograph` SYNC;

DROP TABLE IF EXISTS driving_events_before_50_local ON CLUSTER `odograph` SYNC;

DROP TABLE IF EXISTS geofence_events_before_50 ON CLUSTER `odograph` SYNC;

DROP TABLE IF EXISTS geofence_events_before_50_local ON CLUSTER `odograph` SYNC;

DROP TABLE IF EXISTS trips_before_50 ON CLUSTER `odograph` SYNC;

DROP TABLE IF EXISTS trips_before_50_local ON CLUSTER `odograph` SYNC;

DROP TABLE IF EXISTS stops_before_50 ON CLUSTER `odograph` SYNC;

DROP TABLE IF EXISTS stops_before_50_local ON CLUSTER `odograph` SYNC;

CREATE TABLE IF NOT EXISTS condition_events_local ON CLUSTER `odograph`
(
    event_id      String COMMENT 'same for every revision' CODEC(ZSTD(1)),
    revision      UInt32 COMMENT 'the highest holds' CODEC(ZSTD(1)),
    retracted     Bool COMMENT 'did not happen after all; FINAL leaves it out' CODEC(ZSTD(1)),
    imei          String CODEC(ZSTD(1)),
    kind          LowCardinality(String) COMMENT 'fuel_refuel, fuel_theft, temperature_out_of_range, fault',
    start_time    DateTime64(3, 'UTC') COMMENT 'part of what the id is made of, so the same in every revision' CODEC(Delta, ZSTD(1)),
    end_time      DateTime64(3, 'UTC') COMMENT 'while ongoing, when it was seen last' CODEC(Delta, ZSTD(1)),
    ongoing       Bool COMMENT 'a later revision will tell more' CODEC(ZSTD(1)),
    channel       LowCardinality(String) COMMENT 'sensor',
    code          LowCardinality(String) COMMENT 'trouble code of a fault, as P0301',
    unit          LowCardinality(String) COMMENT 'of the values and limits: percent, L, °C, …',
    value_before  Nullable(Float64) COMMENT 'smoothed level before a change of fuel' CODEC(ZSTD(1)),
    value_after   Nullable(Float64) COMMENT 'and after it' CODEC(ZSTD(1)),
    value_min     Nullable(Float64) COMMENT 'lowest value of the event' CODEC(ZSTD(1)),
    value_max     Nullable(Float64) COMMENT 'highest value of the event' CODEC(ZSTD(1)),
    limit_min     Nullable(Float64) COMMENT 'lower end of the range that was left' CODEC(ZSTD(1)),
    limit_max     Nullable(Float64) COMMENT 'upper end of it' CODEC(ZSTD(1)),
    lat           Nullable(Float64) COMMENT 'degrees, WGS-84' CODEC(ZSTD(1)),
    lng           Nullable(Float64) CODEC(ZSTD(1)),
    rule_version  LowCardinality(String),
    raw_partition Int32 COMMENT 'place in the raw topic of the item that led to this revision' CODEC(ZSTD(1)),
    raw_offset    Int64 CODEC(Delta, ZSTD(1)),
    inserted_time DateTime64(3, 'UTC') DEFAULT now64(3) COMMENT 'when the insert of the row began' CODEC(Delta, ZSTD(1)),
    CONSTRAINT imei_given CHECK imei != '',
    CONSTRAINT event_id_given CHECK event_id != '',
    CONSTRAINT start_time_range CHECK start_time >= toDateTime64('2000-01-01 00:00:00', 0, 'UTC') AND start_time < toDateTime64('2100-01-01 00:00:00', 0, 'UTC')
)
ENGINE = ReplicatedReplacingMergeTree('/clickhouse/tables/{shard}/{database}/condition_events/63', '{replica}', revision, retracted)
PARTITION BY toYYYYMM(start_time)
ORDER BY (imei, start_time, event_id)
SETTINGS replicated_deduplication_window = 10000
COMMENT 'One row is one change of what sensors say: fuel filled in or taken out, a temperature out of range, a trouble code';

CREATE OR REPLACE TABLE condition_events ON CLUSTER `odograph` AS condition_events_local
ENGINE = Distributed(`odograph`, currentDatabase(), condition_events_local, cityHash64(imei))
COMMENT 'One row is one change of what sensors say: fuel filled in or taken out, a temperature out of range, a trouble code';

CREATE TABLE IF NOT EXISTS recompute_requests_local ON CLUSTER `odograph`
(
    imei          String CODEC(ZSTD(1)),
    event_time    DateTime64(3, 'UTC') COMMENT 'of the item that came too late' CODEC(Delta, ZSTD(1)),
    newest_time   DateTime64(3, 'UTC') COMMENT 'newest time of the device when it came' CODEC(Delta, ZSTD(1)),
    received_time DateTime64(3, 'UTC') COMMENT 'when the collector took the item' CODEC(Delta, ZSTD(1)),
    source        LowCardinality(String) COMMENT 'interface the item came by',
    kind          LowCardinality(String) COMMENT 'of the raw item',
    reason        LowCardinality(String),
    raw_partition Int32 COMMENT 'place of the item in the raw topic' CODEC(ZSTD(1)),
    raw_offset    Int64 CODEC(Delta, ZSTD(1)),
    inserted_time DateTime64(3, 'UTC') DEFAULT now64(3) COMMENT 'when the insert of the row began' CODEC(Delta, ZSTD(1)),
    CONSTRAINT imei_given CHECK imei != '',
    CONSTRAINT received_time_range CHECK received_time >= toDateTime64('2000-01-01 00:00:00', 0, 'UTC') AND received_time < toDateTime64('2100-01-01 00:00:00', 0, 'UTC')
)
ENGINE = ReplicatedReplacingMergeTree('/clickhouse/tables/{shard}/{database}/recompute_requests/64', '{replica}')
PARTITION BY toYYYYMM(received_time)
ORDER BY (imei, event_time, kind, raw_partition, raw_offset)
SETTINGS replicated_deduplication_window = 10000
COMMENT 'One row is one item that came too late for what is derived: it is stored, and its stretch would have to be derived anew';

CREATE OR REPLACE TABLE recompute_requests ON CLUSTER `odograph` AS recompute_requests_local
ENGINE = Distributed(`odograph`, currentDatabase(), recompute_requests_local, cityHash64(imei))
COMMENT 'One row is one item that came too late for what is derived: it is stored, and its stretch would have to be derived anew';

CREATE OR REPLACE VIEW items ON CLUSTER `odograph`
(
    raw_partition Nullable(Int32) COMMENT 'NULL where even that is unreadable',
    raw_offset    Nullable(Int64),
    stored_in     String COMMENT 'table in which the item is a row',
    imei          String,
    received_time Nullable(DateTime64(3, 'UTC')),
    source        String COMMENT 'interface the item came by'
)
AS
SELECT raw_partition, raw_offset, 'fixes' AS stored_in, imei, received_time, source FROM fixes FINAL
UNION ALL SELECT raw_partition, raw_offset, 'fix_repeats', imei, received_time, source FROM fix_repeats FINAL
UNION ALL SELECT raw_partition, raw_offset, 'item_repeats', imei, received_time, source FROM item_repeats FINAL
UNION ALL SELECT DISTINCT raw_partition, raw_offset, 'alarms', imei, received_time, source FROM alarms FINAL
UNION ALL SELECT raw_partition, raw_offset, 'heartbeats', imei, received_time, source FROM heartbeats FINAL
UNION ALL SELECT raw_partition, raw_offset, 'sessions', imei, received_time, source FROM sessions FINAL
UNION ALL SELECT raw_partition, raw_offset, 'obd', imei, received_time, source FROM obd FINAL
UNION ALL SELECT raw_partition, raw_offset, 'faults', imei, received_time, source FROM faults FINAL
UNION ALL SELECT DISTINCT raw_partition, raw_offset, 'sensors', imei, received_time, source FROM sensors FINAL
UNION ALL SELECT raw_partition, raw_offset, 'media', imei, received_time, source FROM media FINAL
UNION ALL SELECT raw_partition, raw_offset, 'messages', imei, received_time, source FROM messages FINAL
UNION ALL SELECT raw_partition, raw_offset, 'dead_letters', imei, received_time, source FROM dead_letters FINAL
WHERE NOT match(topic, '\.(driving|geofence|trips|conditions|recompute)\.v1$')
COMMENT 'One row is one item that the collector took, and where it is stored';

ALTER TABLE devices ON CLUSTER `odograph`
    ADD COLUMN IF NOT EXISTS temperature_min_c Nullable(Float64) COMMENT '°C that the cargo must not be colder than' CODEC(ZSTD(1)),
    ADD COLUMN IF NOT EXISTS temperature_max_c Nullable(Float64) COMMENT '°C that the cargo must not be warmer than' CODEC(ZSTD(1)),
    ADD COLUMN IF NOT EXISTS speed_limit_kmh   Nullable(Float64) COMMENT 'own limit of the vehicle; NULL: that of its class' CODEC(ZSTD(1));

CREATE OR REPLACE VIEW devices_now ON CLUSTER `odograph` AS
SELECT imei, name, model, group_name, vehicle_class, plate, driver_name, timezone, account, activated_time, expires_time,
    temperature_min_c, temperature_max_c, speed_limit_kmh
FROM devices FINAL
WHERE NOT deleted;

CREATE OR REPLACE DICTIONARY devices_dict ON CLUSTER `odograph`
(
    imei              String,
    name              String,
    model             String,
    group_name        String,
    vehicle_class     String,
    plate             String,
    driver_name       String,
    timezone          String,
    account           String,
    expires_time      Nullable(DateTime64(3, 'UTC')),
    temperature_min_c Nullable(Float64),
    temperature_max_c Nullable(Float64),
    speed_limit_kmh   Nullable(Float64)
)
PRIMARY KEY imei
SOURCE(CLICKHOUSE(TABLE 'devices_now'))
LAYOUT(COMPLEX_KEY_HASHED())
LIFETIME(MIN 30 MAX 60)
COMMENT 'Devices by IMEI';

CREATE TABLE IF NOT EXISTS device_contacts_local ON CLUSTER `odograph`
(
    imei                 String,
    contact_time         SimpleAggregateFunction(max, Nullable(DateTime64(3, 'UTC'))) COMMENT 'last sign of life: of pushes when they were received, of polls the time that they tell of',
    heartbeat_time       SimpleAggregateFunction(max, Nullable(DateTime64(3, 'UTC'))),
    fix_time             SimpleAggregateFunction(max, Nullable(DateTime64(3, 'UTC'))) COMMENT 'newest fix with a position of its own that can be trusted',
    login_time           SimpleAggregateFunction(max, Nullable(DateTime64(3, 'UTC'))),
    logout_time          SimpleAggregateFunction(max, Nullable(DateTime64(3, 'UTC'))),
    logout_received_time SimpleAggregateFunction(max, Nullable(DateTime64(3, 'UTC'))),
    lat_e7               AggregateFunction(argMax, Int32, Int64) COMMENT 'of the newest such fix, 1e-7 degrees; all of these go by milliseconds since 1970 × 1024 + raw_offset mod 1024, so that of two values of one time always the same one holds',
    lng_e7               AggregateFunction(argMax, Int32, Int64),
    acc                  AggregateFunction(argMax, Nullable(Bool), Int64) COMMENT 'ignition, of fixes and heartbeats',
    battery_percent      AggregateFunction(argMax, Nullable(Float64), Int64),
    charging             AggregateFunction(argMax, Nullable(Bool), Int64),
    gsm_signal           AggregateFunction(argMax, Nullable(Int32), Int64)
)
ENGINE = ReplicatedAggregatingMergeTree('/clickhouse/tables/{shard}/{database}/device_contacts/70', '{replica}')
ORDER BY imei
COMMENT 'Latest of each device, kept up to date by the views device_contacts_of_…: maxima only, so that what comes twice changes nothing';

CREATE OR REPLACE TABLE device_contacts ON CLUSTER `odograph` AS device_contacts_local
ENGINE = Distributed(`odograph`, currentDatabase(), device_contacts_local, cityHash64(imei))
COMMENT 'Latest of each device, kept up to date by the views device_contacts_of_…: maxima only, so that what comes twice changes nothing';

CREATE TABLE IF NOT EXISTS device_alarm_codes_local ON CLUSTER `odograph`
(
    imei      String,
    msg_class Int32 COMMENT '0 JIMI, 1 JT/T 808',
    code      String,
    subtype   String,
    last_time SimpleAggregateFunction(max, DateTime64(3, 'UTC')) COMMENT 'newest alarm, by its own time'
)
ENGINE = ReplicatedAggregatingMergeTree('/clickhouse/tables/{shard}/{database}/device_alarm_codes/71', '{replica}')
ORDER BY (imei, msg_class, code, subtype)
COMMENT 'When each device raised each alarm last';

CREATE OR REPLACE TABLE device_alarm_codes ON CLUSTER `odograph` AS device_alarm_codes_local
ENGINE = Distributed(`odograph`, currentDatabase(), device_alarm_codes_local, cityHash64(imei))
COMMENT 'When each device raised each alarm last';

CREATE MATERIALIZED VIEW IF NOT EXISTS device_contacts_of_fixes ON CLUSTER `odograph` TO device_contacts_local AS
WITH empty(quality) OR NOT hasAny(quality, ['zero_position', 'no_fix', 'future', 'jump', 'hemisphere', 'lbs', 'wifi']) AS usable
SELECT imei,
    max(if(source IN ('push', 'openapi', 'tag'), received_time, least(received_time, toDateTime64(fixes.fix_time, 3, 'UTC')))) AS contact_time,
    maxOrNullIf(toDateTime64(fixes.fix_time, 3, 'UTC'), usable) AS fix_time,
    argMaxStateIf(fixes.lat_e7, toUnixTimestamp64Second(fixes.fix_time) * 1024000 + raw_offset % 1024, usable) AS lat_e7,
    argMaxStateIf(fixes.lng_e7, toUnixTimestamp64Second(fixes.fix_time) * 1024000 + raw_offset % 1024, usable) AS lng_e7,
    argMaxState(fixes.acc, least(toUnixTimestamp64Milli(received_time), toUnixTimestamp64Second(fixes.fix_time) * 1000) * 1024 + raw_offset % 1024) AS acc
FROM fixes_local AS fixes
GROUP BY imei;

CREATE MATERIALIZED VIEW IF NOT EXISTS device_contacts_of_fix_repeats ON CLUSTER `odograph` TO device_contacts_local AS
SELECT imei, max(received_time) AS contact_time
FROM fix_repeats_local AS fix_repeats
WHERE source IN ('push', 'openapi', 'tag')
GROUP BY imei;

CREATE MATERIALIZED VIEW IF NOT EXISTS device_contacts_of_heartbeats ON CLUSTER `odograph` TO device_contacts_local AS
SELECT imei,
    max(if(source IN ('push', 'openapi', 'tag'), received_time, least(received_time, event_time))) AS contact_time,
    max(event_time) AS heartbeat_time,
    argMaxState(heartbeats.acc, toUnixTimestamp64Milli(event_time) * 1024 + raw_offset % 1024) AS acc,
    argMaxState(heartbeats.battery_percent, toUnixTimestamp64Milli(event_time) * 1024 + raw_offset % 1024) AS battery_percent,
    argMaxState(heartbeats.charging, toUnixTimestamp64Milli(event_time) * 1024 + raw_offset % 1024) AS charging,
    argMaxState(heartbeats.gsm_signal, toUnixTimestamp64Milli(event_time) * 1024 + raw_offset % 1024) AS gsm_signal
FROM heartbeats_local AS heartbeats
GROUP BY imei;

CREATE MATERIALIZED VIEW IF NOT EXISTS device_contacts_of_sessions ON CLUSTER `odograph` TO device_contacts_local AS
SELECT imei,
    maxOrNullIf(received_time, kind = 'login') AS contact_time,
    maxOrNullIf(event_time, kind = 'login') AS login_time,
    maxOrNullIf(event_time, kind = 'logout') AS logout_time,
    maxOrNullIf(received_time, kind = 'logout') AS logout_received_time
FROM sessions_local AS sessions
GROUP BY imei;

CREATE MATERIALIZED VIEW IF NOT EXISTS device_contacts_of_alarms ON CLUSTER `odograph` TO device_contacts_local AS
SELECT imei, max(if(source IN ('push', 'openapi', 'tag'), received_time, least(received_time, event_time))) AS contact_time
FROM alarms_local AS alarms
WHERE code != 'offline'
GROUP BY imei;

CREATE MATERIALIZED VIEW IF NOT EXISTS device_contacts_of_obd ON CLUSTER `odograph` TO device_contacts_local AS
SELECT imei, max(if(source IN ('push', 'openapi', 'tag'), received_time, least(received_time, event_time))) AS contact_time
FROM obd_local AS obd
GROUP BY imei;

CREATE MATERIALIZED VIEW IF NOT EXISTS device_contacts_of_faults ON CLUSTER `odograph` TO device_contacts_local AS
SELECT imei, max(if(source IN ('push', 'openapi', 'tag'), received_time, least(received_time, event_time))) AS contact_time
FROM faults_local AS faults
GROUP BY imei;

CREATE MATERIALIZED VIEW IF NOT EXISTS device_contacts_of_sensors ON CLUSTER `odograph` TO device_contacts_local AS
SELECT imei, max(if(source IN ('push', 'openapi', 'tag'), received_time, least(received_time, event_time))) AS contact_time
FROM sensors_local AS sensors
GROUP BY imei;

CREATE MATERIALIZED VIEW IF NOT EXISTS device_contacts_of_messages ON CLUSTER `odograph` TO device_contacts_local AS
SELECT imei,
    argMaxState(messages.battery_percent, toUnixTimestamp64Milli(ifNull(event_time, received_time)) * 1024 + raw_offset % 1024) AS battery_percent,
    argMaxState(messages.charging, toUnixTimestamp64Milli(ifNull(event_time, received_time)) * 1024 + raw_offset % 1024) AS charging
FROM messages_local AS messages
WHERE source IN ('push', 'openapi', 'tag') AND (messages.battery_percent IS NOT NULL OR messages.charging IS NOT NULL)
GROUP BY imei;

CREATE MATERIALIZED VIEW IF NOT EXISTS device_alarm_codes_of_alarms ON CLUSTER `odograph` TO device_alarm_codes_local AS
SELECT imei, msg_class, toString(alarms.code) AS code, toString(alarms.subtype) AS subtype, max(event_time) AS last_time
FROM alarms_local AS alarms
WHERE NOT ended
GROUP BY imei, msg_class, code, subtype;

INSERT INTO device_contacts (imei, contact_time, fix_time, lat_e7, lng_e7, acc)
WITH empty(quality) OR NOT hasAny(quality, ['zero_position', 'no_fix', 'future', 'jump', 'hemisphere', 'lbs', 'wifi']) AS usable
SELECT imei,
    max(if(source IN ('push', 'openapi', 'tag'), received_time, least(received_time, toDateTime64(fixes.fix_time, 3, 'UTC')))) AS contact_time,
    maxOrNullIf(toDateTime64(fixes.fix_time, 3, 'UTC'), usable) AS fix_time,
    argMaxStateIf(fixes.lat_e7, toUnixTimestamp64Second(fixes.fix_time) * 1024000 + raw_offset % 1024, usable) AS lat_e7,
    argMaxStateIf(fixes.lng_e7, toUnixTimestamp64Second(fixes.fix_time) * 1024000 + raw_offset % 1024, usable) AS lng_e7,
    argMaxState(fixes.acc, least(toUnixTimestamp64Milli(received_time), toUnixTimestamp64Second(fixes.fix_time) * 1000) * 1024 + raw_offset % 1024) AS acc
FROM fixes
GROUP BY imei;

INSERT INTO device_contacts (imei, contact_time)
SELECT imei, max(received_time) AS contact_time
FROM fix_repeats
WHERE source IN ('push', 'openapi', 'tag')
GROUP BY imei;

INSERT INTO device_contacts (imei, contact_time, heartbeat_time, acc, battery_percent, charging, gsm_signal)
SELECT imei,
    max(if(source IN ('push', 'openapi', 'tag'), received_time, least(received_time, event_time))) AS contact_time,
    max(event_time) AS heartbeat_time,
    argMaxState(heartbeats.acc, toUnixTimestamp64Milli(event_time) * 1024 + raw_offset % 1024) AS acc,
    argMaxState(heartbeats.battery_percent, toUnixTimestamp64Milli(event_time) * 1024 + raw_offset % 1024) AS battery_percent,
    argMaxState(heartbeats.charging, toUnixTimestamp64Milli(event_time) * 1024 + raw_offset % 1024) AS charging,
    argMaxState(heartbeats.gsm_signal, toUnixTimestamp64Milli(event_time) * 1024 + raw_offset % 1024) AS gsm_signal
FROM heartbeats
GROUP BY imei;

INSERT INTO device_contacts (imei, contact_time, login_time, logout_time, logout_received_time)
SELECT imei,
    maxOrNullIf(received_time, kind = 'login') AS contact_time,
    maxOrNullIf(event_time, kind = 'login') AS login_time,
    maxOrNullIf(event_time, kind = 'logout') AS logout_time,
    maxOrNullIf(received_time, kind = 'logout') AS logout_received_time
FROM sessions
GROUP BY imei;

INSERT INTO device_contacts (imei, contact_time)
SELECT imei, max(if(source IN ('push', 'openapi', 'tag'), received_time, least(received_time, event_time))) AS contact_time
FROM alarms
WHERE code != 'offline'
GROUP BY imei;

INSERT INTO device_contacts (imei, contact_time)
SELECT imei, max(if(source IN ('push', 'openapi', 'tag'), received_time, least(received_time, event_time))) AS contact_time
FROM obd
GROUP BY imei;

INSERT INTO device_contacts (imei, contact_time)
SELECT imei, max(if(source IN ('push', 'openapi', 'tag'), received_time, least(received_time, event_time))) AS contact_time
FROM faults
GROUP BY imei;

INSERT INTO device_contacts (imei, contact_time)
SELECT imei, max(if(source IN ('push', 'openapi', 'tag'), received_time, least(received_time, event_time))) AS contact_time
FROM sensors
GROUP BY imei;

INSERT INTO device_contacts (imei, battery_percent, charging)
SELECT imei,
    argMaxState(messages.battery_percent, toUnixTimestamp64Milli(ifNull(event_time, received_time)) * 1024 + raw_offset % 1024) AS battery_percent,
    argMaxState(messages.charging, toUnixTimestamp64Milli(ifNull(event_time, received_time)) * 1024 + raw_offset % 1024) AS charging
FROM messages
WHERE source IN ('push', 'openapi', 'tag') AND (messages.battery_percent IS NOT NULL OR messages.charging IS NOT NULL)
GROUP BY imei;

INSERT INTO device_alarm_codes (imei, msg_class, code, subtype, last_time)
SELECT imei, msg_class, toString(alarms.code) AS code, toString(alarms.subtype) AS subtype, max(event_time) AS last_time
FROM alarms
WHERE NOT ended
GROUP BY imei, msg_class, code, subtype;

CREATE TABLE IF NOT EXISTS health_settings ON CLUSTER `odograph`
(
    version             UInt32 COMMENT 'the highest holds; your own begin at 2',
    online_within_s     UInt32 COMMENT 'seconds since the last contact up to which a device is online',
    stale_moving_s      UInt32 COMMENT 'seconds without a usable fix that are too many with the ignition on',
    stale_parked_s      UInt32 COMMENT 'and with the ignition off or unknown',
    battery_low_percent Float64,
    alarm_days          UInt16 COMMENT 'days for which an alarm of tampering or jamming is shown',
    offline_days        UInt16 COMMENT 'days back that the view offline_periods looks'
)
ENGINE = ReplicatedReplacingMergeTree('/clickhouse/tables/all/{database}/health_settings/92', '{shard}-{replica}')
ORDER BY version
COMMENT 'Limits of the views device_health and offline_periods; insert a row of a higher version to change them';

INSERT INTO health_settings (version, online_within_s, stale_moving_s, stale_parked_s, battery_low_percent, alarm_days, offline_days)
SELECT 1, 900, 1800, 86400, 15, 7, 7
WHERE (SELECT count() FROM health_settings) = 0;

CREATE OR REPLACE VIEW health_settings_now ON CLUSTER `odograph` AS
SELECT maxOrNull(s.version) AS version, argMaxOrNull(online_within_s, s.version) AS online_within_s, argMaxOrNull(stale_moving_s, s.version) AS stale_moving_s,
    argMaxOrNull(stale_parked_s, s.version) AS stale_parked_s, argMaxOrNull(battery_low_percent, s.version) AS battery_low_percent,
    argMaxOrNull(alarm_days, s.version) AS alarm_days, argMaxOrNull(offline_days, s.version) AS offline_days
FROM health_settings AS s;

CREATE TABLE IF NOT EXISTS score_settings ON CLUSTER `odograph`
(
    version              UInt32 COMMENT 'the highest holds; your own begin at 2',
    weight_low           Float64 COMMENT 'penalty points of an event of low severity',
    weight_medium        Float64,
    weight_high          Float64,
    min_km               Float64 COMMENT 'observable km below which there is no score',
    min_observable_share Float64 COMMENT 'observable share of driving time below which there is no score, 0 to 1'
)
ENGINE = ReplicatedReplacingMergeTree('/clickhouse/tables/all/{database}/score_settings/95', '{shard}-{replica}')
ORDER BY version
COMMENT 'Weights and limits of the views driver_scores and driver_scores_daily; insert a row of a higher version to change them';

INSERT INTO score_settings (version, weight_low, weight_medium, weight_high, min_km, min_observable_share)
SELECT 1, 1, 3, 8, 50, 0.2
WHERE (SELECT count() FROM score_settings) = 0;

CREATE OR REPLACE VIEW score_settings_now ON CLUSTER `odograph` AS
SELECT maxOrNull(s.version) AS version, argMaxOrNull(weight_low, s.version) AS weight_low, argMaxOrNull(weight_medium, s.version) AS weight_medium,
    argMaxOrNull(weight_high, s.version) AS weight_high, argMaxOrNull(min_km, s.version) AS min_km, argMaxOrNull(min_observable_share, s.version) AS min_observable_share
FROM score_settings AS s;

CREATE OR REPLACE VIEW device_alarms_now ON CLUSTER `odograph` AS
SELECT imei, msg_class, code, subtype, max(c.last_time) AS last_time,
    coalesce(dictGetOrNull('alarm_names_dict', 'kind', (msg_class, code, subtype)), dictGetOrNull('alarm_names_dict', 'kind', (msg_class, code, ''))) AS kind
FROM device_alarm_codes AS c
GROUP BY imei, msg_class, code, subtype
COMMENT 'When each device raised each alarm last, with what the alarm is by the names that hold today';

CREATE OR REPLACE VIEW device_health ON CLUSTER `odograph` AS
WITH now64(3, 'UTC') AS now
SELECT
    ids.imei AS imei,
    d.name AS name,
    d.plate AS plate,
    d.group_name AS group_name,
    c.contact_time AS last_contact_time,
    c.heartbeat_time AS last_heartbeat_time,
    c.fix_time AS last_fix_time,
    if(c.fix_time IS NULL, NULL, c.lat_e7 / 1e7) AS lat,
    if(c.fix_time IS NULL, NULL, c.lng_e7 / 1e7) AS lng,
    c.login_time AS last_login_time,
    c.logout_time AS last_logout_time,
    (ifNull(c.logout_received_time >= c.contact_time, c.logout_time IS NOT NULL) AND ifNull(c.logout_time >= c.login_time, c.logout_time IS NOT NULL))::Bool AS logged_out,
    (NOT logged_out AND ifNull(c.contact_time >= now - toIntervalSecond(s.online_within_s), false))::Bool AS online,
    if(online OR c.contact_time IS NULL, NULL, dateDiff('second', c.contact_time, now)) AS offline_s,
    c.acc AS acc,
    c.battery_percent AS battery_percent,
    c.charging AS charging,
    c.gsm_signal AS gsm_signal,
    (online AND ifNull(c.fix_time < now - toIntervalSecond(if(ifNull(c.acc, false), s.stale_moving_s, s.stale_parked_s)), true))::Bool AS stale_position_while_online,
    if(a.tamper_time >= now - toIntervalDay(s.alarm_days), a.tamper_time, NULL) AS last_tamper_alarm_time,
    if(a.tamper_time >= now - toIntervalDay(s.alarm_days), a.tamper_kind, NULL) AS last_tamper_alarm_kind,
    if(a.jamming_time >= now - toIntervalDay(s.alarm_days), a.jamming_time, NULL) AS last_jamming_alarm_time,
    if(a.jamming_time >= now - toIntervalDay(s.alarm_days), a.jamming_kind, NULL) AS last_jamming_alarm_kind,
    d.expires_time AS expires_time,
    arrayFilter(p -> p != '', [
        multiIf(c.contact_time IS NULL AND c.logout_time IS NULL, 'never_seen', logged_out, 'logged_out', NOT online, 'offline', ''),
        if(stale_position_while_online, 'stale_position', ''),
        if(last_tamper_alarm_time IS NOT NULL, 'tamper_alarm', ''),
        if(last_jamming_alarm_time IS NOT NULL, 'jamming_alarm', ''),
        if(ifNull(c.battery_percent < s.battery_low_percent, false) AND NOT ifNull(c.charging, false), 'battery_low', ''),
        if(ifNull(d.expires_time < now, false), 'subscription_expired', ''),
        if(s.version IS NULL, 'no_health_settings', '')
    ]) AS problems
FROM (SELECT imei FROM device_contacts WHERE imei != '' UNION DISTINCT SELECT imei FROM devices_now) AS ids
LEFT JOIN
(
    SELECT imei, max(r.contact_time) AS contact_time, max(r.heartbeat_time) AS heartbeat_time, max(r.fix_time) AS fix_time, max(r.login_time) AS login_time,
        max(r.logout_time) AS logout_time, max(r.logout_received_time) AS logout_received_time, argMaxMerge(r.lat_e7) AS lat_e7, argMaxMerge(r.lng_e7) AS lng_e7,
        argMaxMerge(r.acc) AS acc, argMaxMerge(r.battery_percent) AS battery_percent, argMaxMerge(r.charging) AS charging, argMaxMerge(r.gsm_signal) AS gsm_signal
    FROM device_contacts AS r
    GROUP BY imei
) AS c ON c.imei = ids.imei
LEFT JOIN
(
    SELECT imei,
        maxOrNullIf(last_time, kind IN ('tamper', 'device_removed', 'device_pulled_out', 'cover_open', 'unauthorised_opening', 'unplugged', 'power_cut')) AS tamper_time,
        argMaxOrNullIf(kind, last_time, kind IN ('tamper', 'device_removed', 'device_pulled_out', 'cover_open', 'unauthorised_opening', 'unplugged', 'power_cut')) AS tamper_kind,
        maxOrNullIf(last_time, kind IN ('gps_jamming', 'lte_jamming', 'pseudo_base_station')) AS jamming_time,
        argMaxOrNullIf(kind, last_time, kind IN ('gps_jamming', 'lte_jamming', 'pseudo_base_station')) AS jamming_kind
    FROM device_alarms_now
    GROUP BY imei
) AS a ON a.imei = ids.imei
LEFT JOIN devices_now AS d ON d.imei = ids.imei
CROSS JOIN health_settings_now AS s
COMMENT 'One row is one device and how it is now: contact, position, battery, alarms, and its problems in words';

CREATE OR REPLACE VIEW offline_periods ON CLUSTER `odograph` AS
WITH
    now64(3, 'UTC') AS now,
    now64(3, 'UTC') - toIntervalDay(ifNull((SELECT offline_days FROM health_settings_now), 7)) AS since,
    ifNull((SELECT online_within_s FROM health_settings_now), 900) AS threshold_s
SELECT imei, at AS start_time, next AS end_time, (next IS NULL)::Bool AS ongoing, dateDiff('millisecond', at, ifNull(next, now)) / 1000 AS duration_s
FROM
(
    SELECT imei, at, leadInFrame(toNullable(at)) OVER (PARTITION BY imei ORDER BY at ROWS BETWEEN CURRENT ROW AND UNBOUNDED FOLLOWING) AS next
    FROM
    (
        SELECT imei, if(source IN ('push', 'openapi', 'tag'), received_time, least(received_time, toDateTime64(fix_time, 3, 'UTC'))) AS at FROM fixes WHERE fix_time >= since
        UNION ALL SELECT imei, received_time FROM fix_repeats WHERE fix_time >= since AND source IN ('push', 'openapi', 'tag')
        UNION ALL SELECT imei, if(source IN ('push', 'openapi', 'tag'), received_time, least(received_time, event_time)) FROM heartbeats WHERE event_time >= since
        UNION ALL SELECT imei, received_time FROM sessions WHERE event_time >= since AND kind = 'login'
        UNION ALL SELECT imei, if(source IN ('push', 'openapi', 'tag'), received_time, least(received_time, event_time)) FROM alarms WHERE event_time >= since AND code != 'offline'
        UNION ALL SELECT imei, assumeNotNull(max(c.contact_time)) AS at FROM device_contacts AS c WHERE c.contact_time IS NOT NULL GROUP BY imei
    )
)
WHERE dateDiff('millisecond', at, ifNull(next, now)) > threshold_s * 1000
COMMENT 'One row is one time without any contact of a device, within the last days; end_time is NULL while it lasts';

CREATE OR REPLACE VIEW observable_daily ON CLUSTER `odograph` AS
SELECT imei, day,
    countIf(day = toDate(start_time, 'UTC')) AS trips,
    sum(part * distance_m) AS distance_m,
    sum(part * trip_driving_s) AS driving_s,
    sum(part * trip_observable_s) AS observable_s,
    if(driving_s > 0, least(1, observable_s / driving_s), NULL) AS observable_share,
    sum(part * t.distance_m * if(trip_driving_s > 0, least(1, trip_observable_s / trip_driving_s), 0)) AS observable_distance_m
FROM
(
    SELECT imei, start_time, distance_m,
        dateDiff('millisecond', start_time, end_time) / 1000 AS duration_s,
        coalesce(driving_s, greatest(0, duration_s - idle_s)) AS trip_driving_s,
        coalesce(observable_s, driving_s * observable_share, trip_driving_s * observable_share, 0) AS trip_observable_s,
        arrayJoin(arrayMap(i -> toDate(start_time, 'UTC') + i, range(toUInt64(greatest(1, least(400, dateDiff('day', start_time, end_time) + 1)))))) AS day,
        if(duration_s <= 0, 1, greatest(0, dateDiff('millisecond', greatest(start_time, toDateTime64(day, 3, 'UTC')), least(end_time, toDateTime64(day + 1, 3, 'UTC'))) / 1000) / duration_s) AS part
    FROM trips FINAL
) AS t
WHERE part > 0
GROUP BY imei, day
COMMENT 'One row is one device and day (UTC): how much was driven, and for how much of it harsh events could be seen; a trip over midnight is divided by time';

CREATE OR REPLACE VIEW driver_scores_daily ON CLUSTER `odograph` AS
WITH
    (SELECT s.weight_low FROM score_settings_now AS s) AS low_weight,
    (SELECT s.weight_medium FROM score_settings_now AS s) AS medium_weight,
    (SELECT s.weight_high FROM score_settings_now AS s) AS high_weight,
    (SELECT s.min_km FROM score_settings_now AS s) AS km_limit,
    (SELECT s.min_observable_share FROM score_settings_now AS s) AS share_limit
SELECT
    b.imei AS imei, b.day AS day,
    sum(b.distance_m) / 1000 AS distance_km,
    sum(b.driving_s) AS driving_s,
    sum(b.observable_s) AS observable_s,
    if(driving_s > 0, least(1, observable_s / driving_s), NULL) AS observable_share,
    (b.imei IN (SELECT n.imei FROM device_alarms_now AS n WHERE n.kind IN ('harsh_braking', 'harsh_acceleration', 'harsh_left', 'harsh_right', 'sharp_turn')))::Bool AS device_alarms_known,
    if(device_alarms_known, distance_km, sum(b.observable_distance_m) / 1000) AS observable_km,
    sum(b.low) AS low_events,
    sum(b.medium) AS medium_events,
    sum(b.high) AS high_events,
    sum(b.braking) AS harsh_braking,
    sum(b.acceleration) AS harsh_acceleration,
    sum(b.cornering) AS harsh_cornering,
    sum(b.speeding) AS speeding,
    sum(b.collision) AS collision,
    sum(b.unscored) AS unscored_events,
    low_weight AS weight_low,
    medium_weight AS weight_medium,
    high_weight AS weight_high,
    km_limit AS min_km,
    share_limit AS min_observable_share,
    low_events * weight_low + medium_events * weight_medium + high_events * weight_high AS penalty_points,
    if(observable_km > 0, penalty_points / observable_km * 100, NULL) AS penalty_points_per_100_km,
    multiIf(weight_low IS NULL, 'no_score_settings',
        NOT device_alarms_known AND ifNull(observable_share < min_observable_share, true), 'too_little_observable',
        observable_km < min_km, 'too_few_km', '') AS no_score_reason,
    if(no_score_reason = '', greatest(0, 100 - penalty_points_per_100_km), NULL) AS score
FROM
(
    SELECT imei, day, distance_m, driving_s, observable_s, observable_distance_m, 0 AS low, 0 AS medium, 0 AS high,
        0 AS braking, 0 AS acceleration, 0 AS cornering, 0 AS speeding, 0 AS collision, 0 AS unscored
    FROM observable_daily
    UNION ALL
    SELECT imei, toDate(start_time, 'UTC') AS day, 0, 0, 0, 0,
        scored AND severity = 'low', scored AND severity = 'medium', scored AND severity = 'high',
        scored AND kind = 'harsh_braking', scored AND kind = 'harsh_acceleration', scored AND kind = 'harsh_cornering', scored AND kind = 'speeding', scored AND kind = 'collision',
        NOT scored AND severity IN ('low', 'medium', 'high')
    FROM (SELECT *, confidence IN ('high', 'measured') AND severity IN ('low', 'medium', 'high') AS scored FROM driving_events FINAL)
) AS b
GROUP BY b.imei, b.day
COMMENT 'One row is one device and day (UTC): scored events, observable km, and the score with its weights; NULL where too little could be observed';

CREATE OR REPLACE VIEW driver_scores ON CLUSTER `odograph` AS
SELECT
    imei,
    min(d.day) AS first_day,
    max(d.day) AS last_day,
    sum(d.distance_km) AS distance_km,
    sum(d.driving_s) AS driving_s,
    sum(d.observable_s) AS observable_s,
    if(driving_s > 0, least(1, observable_s / driving_s), NULL) AS observable_share,
    any(d.device_alarms_known) AS device_alarms_known,
    sum(d.observable_km) AS observable_km,
    sum(d.low_events) AS low_events,
    sum(d.medium_events) AS medium_events,
    sum(d.high_events) AS high_events,
    sum(d.harsh_braking) AS harsh_braking,
    sum(d.harsh_acceleration) AS harsh_acceleration,
    sum(d.harsh_cornering) AS harsh_cornering,
    sum(d.speeding) AS speeding,
    sum(d.collision) AS collision,
    sum(d.unscored_events) AS unscored_events,
    any(d.weight_low) AS weight_low,
    any(d.weight_medium) AS weight_medium,
    any(d.weight_high) AS weight_high,
    any(d.min_km) AS min_km,
    any(d.min_observable_share) AS min_observable_share,
    low_events * weight_low + medium_events * weight_medium + high_events * weight_high AS penalty_points,
    if(observable_km > 0, penalty_points / observable_km * 100, NULL) AS penalty_points_per_100_km,
    multiIf(weight_low IS NULL, 'no_score_settings',
        NOT device_alarms_known AND ifNull(observable_share < min_observable_share, true), 'too_little_observable',
        observable_km < min_km, 'too_few_km', '') AS no_score_reason,
    if(no_score_reason = '', greatest(0, 100 - penalty_points_per_100_km), NULL) AS score
FROM driver_scores_daily AS d
GROUP BY imei
COMMENT 'One row is one device over all its days: scored events, observable km, and the score with its weights; NULL where too little could be observed';

CREATE OR REPLACE VIEW trip_distances ON CLUSTER `odograph` AS
SELECT
    t.trip_id AS trip_id, t.imei AS imei, t.start_time AS start_time, t.end_time AS end_time, t.ongoing AS ongoing,
    t.distance_m AS distance_m,
    t.odometer_distance_m AS odometer_distance_m,
    r.report_distance_m AS report_distance_m,
    r.platform_distance_m AS platform_distance_m,
    r.report_overlap AS report_overlap,
    r.platform_overlap AS platform_overlap,
    if(t.distance_m > 0, (t.odometer_distance_m - t.distance_m) / t.distance_m, NULL) AS odometer_difference,
    if(t.distance_m > 0, (r.report_distance_m - t.distance_m) / t.distance_m, NULL) AS report_difference,
    if(t.distance_m > 0, (r.platform_distance_m - t.distance_m) / t.distance_m, NULL) AS platform_difference
FROM (SELECT trip_id, imei, start_time, end_time, ongoing, distance_m, odometer_distance_m FROM trips FINAL) AS t
LEFT JOIN
(
    SELECT imei, trip_id,
        argMaxOrNullIf(m.distance_m, overlap, m.kind = 'pushtripreport') AS report_distance_m,
        argMaxOrNullIf(m.distance_m, overlap, m.kind != 'pushtripreport') AS platform_distance_m,
        maxOrNullIf(overlap, m.kind = 'pushtripreport') AS report_overlap,
        maxOrNullIf(overlap, m.kind != 'pushtripreport') AS platform_overlap
    FROM
    (
        SELECT x.imei AS imei, x.trip_id AS trip_id, m.kind AS kind, m.distance_m AS distance_m,
            dateDiff('millisecond', greatest(x.start_time, m.begin_time), least(x.end_time, m.end_time))
                / greatest(1, dateDiff('millisecond', least(x.start_time, m.begin_time), greatest(x.end_time, m.end_time))) AS overlap
        FROM
        (
            SELECT imei, trip_id, start_time, end_time,
                arrayJoin(arrayMap(i -> toDate(start_time, 'UTC') + i, range(toUInt64(greatest(1, least(400, dateDiff('day', start_time, end_time) + 1)))))) AS day
            FROM trips FINAL
        ) AS x
        INNER JOIN
        (
            SELECT imei, kind, assumeNotNull(messages.begin_time) AS begin_time, assumeNotNull(messages.end_time) AS end_time, assumeNotNull(messages.distance_m) AS distance_m,
                arrayJoin(arrayMap(i -> toDate(begin_time, 'UTC') + i, range(toUInt64(greatest(1, least(400, dateDiff('day', begin_time, end_time) + 1)))))) AS day
            FROM messages FINAL
            WHERE kind IN ('pushtripreport', 'poll.track_mileage', 'poll.report_trips') AND messages.begin_time IS NOT NULL AND messages.end_time > messages.begin_time AND messages.distance_m IS NOT NULL
        ) AS m ON m.imei = x.imei AND m.day = x.day
        WHERE overlap >= 0.5
    ) AS m
    GROUP BY imei, trip_id
) AS r ON r.imei = t.imei AND r.trip_id = t.trip_id
COMMENT 'One row is one trip: its distance from the track beside that of the odometer, of the trip report that the device pushed, and of the report of the platform whose time fits best (overlap: common time by the time of both together, at least 0.5)';

CREATE OR REPLACE VIEW device_distance_check ON CLUSTER `odograph` AS
SELECT
    imei,
    count() AS trips,
    countIf(d.odometer_distance_m > 0) AS odometer_trips,
    countIf(d.report_distance_m > 0) AS report_trips,
    countIf(d.platform_distance_m > 0) AS platform_trips,
    quantileExactExclusiveOrNullIf(0.5)(d.odometer_distance_m / d.distance_m, d.odometer_distance_m > 0) AS odometer_ratio,
    quantileExactExclusiveOrNullIf(0.5)(d.report_distance_m / d.distance_m, d.report_distance_m > 0) AS report_ratio,
    quantileExactExclusiveOrNullIf(0.5)(d.platform_distance_m / d.distance_m, d.platform_distance_m > 0) AS platform_ratio,
    multiIf(trips < 3, 'too_little_data',
        odometer_trips * 2 < trips, 'no_odometer',
        odometer_ratio BETWEEN 0.8 AND 1.25, 'ok',
        odometer_ratio BETWEEN 0.0007 AND 0.0014, 'odometer_in_km',
        odometer_ratio BETWEEN 700 AND 1400, 'odometer_in_m_times_1000',
        'implausible') AS odometer_verdict,
    multiIf(report_trips < 3, 'too_little_data',
        report_ratio BETWEEN 0.8 AND 1.25, 'ok',
        report_ratio BETWEEN 0.0007 AND 0.0014, 'report_distance_in_km',
        report_ratio BETWEEN 700 AND 1400, 'report_distance_in_m_times_1000',
        'implausible') AS report_verdict,
    multiIf(platform_trips < 3, 'too_little_data',
        platform_ratio BETWEEN 0.8 AND 1.25, 'ok',
        platform_ratio BETWEEN 0.0007 AND 0.0014, 'platform_distance_in_km',
        platform_ratio BETWEEN 700 AND 1400, 'platform_distance_in_m_times_1000',
        'implausible') AS platform_verdict,
    multiIf(odometer_verdict NOT IN ('ok', 'no_odometer', 'too_little_data'), odometer_verdict,
        report_verdict NOT IN ('ok', 'too_little_data'), report_verdict,
        platform_verdict NOT IN ('ok', 'too_little_data'), platform_verdict,
        odometer_verdict) AS verdict
FROM trip_distances AS d
WHERE NOT d.ongoing AND d.distance_m >= 1000
GROUP BY imei
COMMENT 'One row is one device: medians over its trips of at least 1 km of what the odometer and the reports say, by the distance of the track, and whether a unit is wrong';

ALTER TABLE geofence_events_local ON CLUSTER `odograph`
    MODIFY COLUMN kind COMMENT 'enter, dwell, exit, inside_at_start, inside_at_open, inside_at_close, unknown, inside_again',
    ADD COLUMN IF NOT EXISTS dwell_s      Nullable(Float64) COMMENT 'of dwell, the time that was passed; of exit and inside_at_close, how long it was inside' CODEC(ZSTD(1)),
    ADD COLUMN IF NOT EXISTS gap_s        Nullable(Float64) COMMENT 'between the fixes around the crossing' CODEC(ZSTD(1)),
    ADD COLUMN IF NOT EXISTS speed_kmh    Nullable(Float64) COMMENT 'of the device, at the fix after the crossing' CODEC(ZSTD(1)),
    ADD COLUMN IF NOT EXISTS rule_version LowCardinality(String);

CREATE OR REPLACE TABLE geofence_events ON CLUSTER `odograph` AS geofence_events_local
ENGINE = Distributed(`odograph`, currentDatabase(), geofence_events_local, cityHash64(imei));

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

ALTER TABLE fixes_local ON CLUSTER `odograph`
    ADD COLUMN IF NOT EXISTS fence_ids Array(LowCardinality(String)) COMMENT 'geofences that contain the position, as they were at fix_time when the fix came; in order' CODEC(ZSTD(1)) AFTER h3_r11;

CREATE OR REPLACE TABLE fixes ON CLUSTER `odograph` AS fixes_local
ENGINE = Distributed(`odograph`, currentDatabase(), fixes_local, cityHash64(imei));

ALTER TABLE fences ON CLUSTER `odograph`
    ADD COLUMN IF NOT EXISTS valid_from      Nullable(DateTime64(3, 'UTC')) COMMENT 'event time from which this version, or the deletion, holds; NULL: it always did' CODEC(ZSTD(1)),
    ADD COLUMN IF NOT EXISTS imeis           Array(String) COMMENT 'devices that it is there for; without these and group_names: all' CODEC(ZSTD(1)),
    ADD COLUMN IF NOT EXISTS group_names     Array(String) COMMENT 'groups of devices that it is there for' CODEC(ZSTD(1)),
    ADD COLUMN IF NOT EXISTS speed_limit_kmh Nullable(Float64) COMMENT 'that holds inside' CODEC(ZSTD(1)),
    ADD COLUMN IF NOT EXISTS settings        String COMMENT 'JSON of what it has of its own beside the rules: tell, dwell_s, enter, exit, schedule' CODEC(ZSTD(1));

CREATE OR REPLACE VIEW fences_now ON CLUSTER `odograph` AS
SELECT fence_id, version, name, geojson, valid_from, imeis, group_names, speed_limit_kmh, settings
FROM fences FINAL
WHERE NOT deleted;

CREATE OR REPLACE DICTIONARY fences_dict ON CLUSTER `odograph`
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

CREATE TABLE IF NOT EXISTS fence_versions ON CLUSTER `odograph`
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
ENGINE = ReplicatedReplacingMergeTree('/clickhouse/tables/all/{database}/fence_versions/124', '{shard}-{replica}', updated_time)
ORDER BY (fence_id, version)
COMMENT 'One row is one version of a geofence, as the table fences has the latest; read it with FINAL';

CREATE MATERIALIZED VIEW IF NOT EXISTS fence_versions_of_fences ON CLUSTER `odograph` TO fence_versions AS
SELECT fence_id, version, name, geojson, deleted, valid_from, imeis, group_names, speed_limit_kmh, settings, updated_time
FROM fences;

INSERT INTO fence_versions
SELECT fence_id, version, name, geojson, deleted, valid_from, imeis, group_names, speed_limit_kmh, settings, updated_time
FROM fences;

ALTER TABLE fixes_local ON CLUSTER `odograph` ADD INDEX IF NOT EXISTS inserted_time_range inserted_time TYPE minmax GRANULARITY 1;

CREATE OR REPLACE TABLE fixes ON CLUSTER `odograph` AS fixes_local
ENGINE = Distributed(`odograph`, currentDatabase(), fixes_local, cityHash64(imei));

ALTER TABLE fixes_local ON CLUSTER `odograph` MATERIALIZE INDEX IF EXISTS inserted_time_range;

CREATE OR REPLACE TABLE fixes ON CLUSTER `odograph` AS fixes_local
ENGINE = Distributed(`odograph`, currentDatabase(), fixes_local, cityHash64(imei));

CREATE TABLE IF NOT EXISTS device_positions_local ON CLUSTER `odograph`
(
    imei          String,
    rank          Int64 COMMENT 'seconds of fix time since 1970 × 1024 + raw_offset mod 1024; the highest holds, so that of two fixes of one time always the same one holds',
    fix_time      DateTime64(0, 'UTC') COMMENT 'when the device was there',
    received_time DateTime64(3, 'UTC') COMMENT 'when the collector took the fix',
    source        LowCardinality(String) COMMENT 'interface the fix came by',
    lat_e7        Int32 COMMENT 'latitude in 1e-7 degrees',
    lng_e7        Int32 COMMENT 'longitude in 1e-7 degrees',
    speed_kmh     Nullable(Float32) COMMENT 'km/h, by the device',
    heading_deg   Nullable(Float32) COMMENT 'degrees, clockwise from north',
    altitude_m    Nullable(Float32) COMMENT 'metres',
    odometer_m    Nullable(Float64) COMMENT 'metres',
    satellites    Nullable(Int32),
    h3_r9         UInt64 COMMENT 'H3 cell of resolution 9'
)
ENGINE = ReplicatedReplacingMergeTree('/clickhouse/tables/{shard}/{database}/device_positions/132', '{replica}', rank)
ORDER BY imei
COMMENT 'One row is one device and its newest usable fix by fix time, kept up to date by device_positions_of_fixes: the highest rank holds, so that what comes twice, late or in any order changes nothing';

CREATE OR REPLACE TABLE device_positions ON CLUSTER `odograph` AS device_positions_local
ENGINE = Distributed(`odograph`, currentDatabase(), device_positions_local, cityHash64(imei))
COMMENT 'One row is one device and its newest usable fix by fix time, kept up to date by device_positions_of_fixes: the highest rank holds, so that what comes twice, late or in any order changes nothing';

CREATE MATERIALIZED VIEW IF NOT EXISTS device_positions_of_fixes ON CLUSTER `odograph` TO device_positions_local AS
WITH argMax(tuple(fixes.fix_time, fixes.received_time, fixes.source, fixes.lat_e7, fixes.lng_e7, fixes.speed_kmh, fixes.heading_deg, fixes.altitude_m, fixes.odometer_m, fixes.satellites, fixes.h3_r9),
    toUnixTimestamp64Second(fixes.fix_time) * 1024 + raw_offset % 1024) AS newest
SELECT imei, max(toUnixTimestamp64Second(fixes.fix_time) * 1024 + raw_offset % 1024) AS rank,
    newest.1 AS fix_time, newest.2 AS received_time, newest.3 AS source, newest.4 AS lat_e7, newest.5 AS lng_e7, newest.6 AS speed_kmh, newest.7 AS heading_deg,
    newest.8 AS altitude_m, newest.9 AS odometer_m, newest.10 AS satellites, newest.11 AS h3_r9
FROM fixes_local AS fixes
WHERE NOT hasAny(quality, ['zero_position', 'no_fix', 'future', 'jump', 'hemisphere', 'lbs', 'wifi'])
GROUP BY imei;

INSERT INTO device_positions (imei, rank, fix_time, received_time, source, lat_e7, lng_e7, speed_kmh, heading_deg, altitude_m, odometer_m, satellites, h3_r9)
WITH argMax(tuple(fixes.fix_time, fixes.received_time, fixes.source, fixes.lat_e7, fixes.lng_e7, fixes.speed_kmh, fixes.heading_deg, fixes.altitude_m, fixes.odometer_m, fixes.satellites, fixes.h3_r9),
    toUnixTimestamp64Second(fixes.fix_time) * 1024 + raw_offset % 1024) AS newest
SELECT imei, max(toUnixTimestamp64Second(fixes.fix_time) * 1024 + raw_offset % 1024) AS rank,
    newest.1 AS fix_time, newest.2 AS received_time, newest.3 AS source, newest.4 AS lat_e7, newest.5 AS lng_e7, newest.6 AS speed_kmh, newest.7 AS heading_deg,
    newest.8 AS altitude_m, newest.9 AS odometer_m, newest.10 AS satellites, newest.11 AS h3_r9
FROM fixes
WHERE NOT hasAny(quality, ['zero_position', 'no_fix', 'future', 'jump', 'hemisphere', 'lbs', 'wifi'])
GROUP BY imei;

CREATE OR REPLACE VIEW positions_now ON CLUSTER `odograph`
(
    imei              String,
    name              String COMMENT 'of the definition of the device',
    plate             String,
    group_name        String,
    vehicle_class     String,
    driver_name       String,
    state             String COMMENT 'never_seen, offline, no_position (online, but the newest position is too old), driving (3 km/h or more), idling (stands, ignition on) or parked',
    online            Bool COMMENT 'as in device_health',
    last_contact_time Nullable(DateTime64(3, 'UTC')) COMMENT 'last sign of life',
    offline_s         Nullable(Int64) COMMENT 'seconds since the last contact; NULL while online',
    fix_time          Nullable(DateTime64(0, 'UTC')) COMMENT 'of the newest usable fix; NULL: none yet, as all that follows from it',
    position_age_s    Nullable(Int64) COMMENT 'seconds since fix_time',
    received_time     Nullable(DateTime64(3, 'UTC')) COMMENT 'when the collector took this fix',
    source            Nullable(String) COMMENT 'interface it came by',
    lat               Nullable(Float64) COMMENT 'degrees, WGS-84',
    lng               Nullable(Float64) COMMENT 'degrees, WGS-84',
    h3_r9             Nullable(UInt64) COMMENT 'H3 cell of resolution 9',
    speed_kmh         Nullable(Float64) COMMENT 'km/h',
    heading_deg       Nullable(Float64) COMMENT 'degrees, clockwise from north',
    altitude_m        Nullable(Float64) COMMENT 'metres',
    odometer_m        Nullable(Float64) COMMENT 'metres',
    satellites        Nullable(Int32),
    acc               Nullable(Bool) COMMENT 'ignition, newest of fixes and heartbeats',
    battery_percent   Nullable(Float64) COMMENT 'per cent, of the device',
    charging          Nullable(Bool),
    gsm_signal        Nullable(Int32) COMMENT '0-100',
    problems          Array(String) COMMENT 'in words, as in device_health'
)
AS
SELECT
    h.imei AS imei, h.name AS name, h.plate AS plate, h.group_name AS group_name, d.vehicle_class AS vehicle_class, d.driver_name AS driver_name,
    multiIf(h.last_contact_time IS NULL, 'never_seen', NOT h.online, 'offline', p.imei = '' OR h.stale_position_while_online, 'no_position',
        ifNull(p.speed_kmh >= 3, false), 'driving', ifNull(h.acc, false), 'idling', 'parked') AS state,
    h.online AS online, h.last_contact_time AS last_contact_time, h.offline_s AS offline_s,
    if(p.imei = '', NULL, p.fix_time) AS fix_time,
    if(p.imei = '', NULL, dateDiff('second', p.fix_time, now64(0, 'UTC'))) AS position_age_s,
    if(p.imei = '', NULL, p.received_time) AS received_time,
    if(p.imei = '', NULL, toString(p.source)) AS source,
    if(p.imei = '', NULL, p.lat_e7 / 1e7) AS lat,
    if(p.imei = '', NULL, p.lng_e7 / 1e7) AS lng,
    if(p.imei = '', NULL, p.h3_r9) AS h3_r9,
    p.speed_kmh AS speed_kmh, p.heading_deg AS heading_deg, p.altitude_m AS altitude_m, p.odometer_m AS odometer_m, p.satellites AS satellites,
    h.acc AS acc, h.battery_percent AS battery_percent, h.charging AS charging, h.gsm_signal AS gsm_signal, h.problems AS problems
FROM device_health AS h
LEFT JOIN (SELECT * FROM device_positions FINAL) AS p ON p.imei = h.imei
LEFT JOIN devices_now AS d ON d.imei = h.imei
COMMENT 'One row is one device now, seen or only defined: its newest usable position by fix time, and its state. Reads small tables only, no fixes';

CREATE OR REPLACE VIEW fix_density ON CLUSTER `odograph`
(
    imei      String,
    minute    DateTime('UTC') COMMENT 'beginning of the minute of fix time',
    source    LowCardinality(String) COMMENT 'interface of the sightings',
    sightings UInt64 COMMENT 'fixes that came by this source, whether first or again',
    fixes     UInt64 COMMENT 'of these, distinct fixes that this source brought first; their sum over the sources is the number of distinct fixes',
    repeats   UInt64 COMMENT 'of these, fixes that were there already',
    conflicts UInt64 COMMENT 'of the repeats, those whose content differs from the stored fix'
)
AS
SELECT imei, toStartOfMinute(fix_time) AS minute, source, count() AS sightings, countIf(NOT is_repeat) AS fixes, countIf(is_repeat) AS repeats, countIf(conflict) AS conflicts
FROM fix_sightings
GROUP BY imei, minute, source
COMMENT 'One row is one device, minute of fix time and source: how many fixes came by it. Ask with imei and minute in WHERE; device_hours has the same by hour without a read of fixes';

CREATE OR REPLACE VIEW route ON CLUSTER `odograph`
(
    imei          String,
    fix_time      DateTime64(0, 'UTC') COMMENT 'when the device was there',
    received_time DateTime64(3, 'UTC') COMMENT 'when the collector took the fix',
    source        LowCardinality(String) COMMENT 'interface it came by first',
    lat           Float64 COMMENT 'degrees, WGS-84',
    lng           Float64 COMMENT 'degrees, WGS-84',
    speed_kmh     Nullable(Float32) COMMENT 'km/h, by the device',
    heading_deg   Nullable(Float32) COMMENT 'degrees, clockwise from north',
    altitude_m    Nullable(Float32) COMMENT 'metres',
    odometer_m    Nullable(Float64) COMMENT 'metres',
    acc           Nullable(Bool) COMMENT 'ignition',
    satellites    Nullable(Int32),
    quality       Array(LowCardinality(String)) COMMENT 'flags of what is doubtful',
    usable        Bool COMMENT 'the position can be believed; the others are part of no step',
    gap_s         Nullable(Int64) COMMENT 'seconds since the usable fix before; NULL for the first, and for fixes that are not usable',
    step_m        Nullable(Float64) COMMENT 'metres from the usable fix before',
    gap           Bool COMMENT 'gap_s is more than max_gap_s: nothing is known of in between',
    gap_kind      LowCardinality(String) COMMENT 'of a gap: stood (less than 200 m apart) or moved; else empty',
    segment       UInt64 COMMENT 'counts from 0, and up with each gap: draw one line a segment'
)
AS
SELECT imei, fix_time, received_time, source, lat, lng, speed_kmh, heading_deg, altitude_m, odometer_m, acc, satellites, quality, usable,
    if(usable AND before > 0, toUnixTimestamp64Second(fix_time) - before, NULL) AS gap_s,
    if(usable AND before > 0, greatCircleDistance(before_lng, before_lat, lng, lat), NULL) AS step_m,
    ifNull(gap_s > {max_gap_s:UInt32}, false)::Bool AS gap,
    multiIf(NOT gap, '', step_m < 200, 'stood', 'moved') AS gap_kind,
    sum(gap) OVER (PARTITION BY imei ORDER BY fix_time ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW) AS segment
FROM
(
    SELECT imei, fix_time, received_time, source, lat, lng, speed_kmh, heading_deg, altitude_m, odometer_m, acc, satellites, quality, usable,
        max(usable * toUnixTimestamp64Second(fix_time)) OVER earlier AS before,
        anyLast(if(usable, lat, NULL)) OVER earlier AS before_lat,
        anyLast(if(usable, lng, NULL)) OVER earlier AS before_lng
    FROM
    (
        SELECT imei, fix_time, received_time, source, lat, lng, speed_kmh, heading_deg, altitude_m, odometer_m, acc, satellites, quality,
            (NOT hasAny(quality, ['zero_position', 'no_fix', 'future', 'jump', 'hemisphere', 'lbs', 'wifi']))::Bool AS usable
        FROM fixes FINAL
        WHERE imei = {imei:String} AND fix_time >= {from:DateTime64(0, 'UTC')} AND fix_time < {to:DateTime64(0, 'UTC')}
    )
    WINDOW earlier AS (PARTITION BY imei ORDER BY fix_time ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING)
)
COMMENT 'One row is one fix of one device from a time on and before another, with gaps marked: SELECT * FROM route(imei = …, from = …, to = …, max_gap_s = 300) ORDER BY fix_time';

CREATE TABLE IF NOT EXISTS device_hours_local ON CLUSTER `odograph`
(
    imei                String,
    hour                DateTime('UTC') COMMENT 'beginning of the hour of fix time' CODEC(Delta, ZSTD(1)),
    fixes               UInt32 COMMENT 'distinct fixes' CODEC(T64, ZSTD(1)),
    usable_fixes        UInt32 COMMENT 'of these, with a position that can be believed' CODEC(T64, ZSTD(1)),
    moving_fixes        UInt32 COMMENT 'of the usable ones, at 3 km/h or more' CODEC(T64, ZSTD(1)),
    late_fixes          UInt32 COMMENT 'with the flag late: derived events do not know them' CODEC(T64, ZSTD(1)),
    minutes_with_fixes  UInt8 COMMENT 'of 60',
    fixes_by_source     Map(LowCardinality(String), UInt32) COMMENT 'fixes by the source that brought them first' CODEC(ZSTD(1)),
    distance_m          Float64 COMMENT 'metres along the usable fixes, of steps of at most 1 h in which it moved (3 km/h at either end, or more than 200 m). A step belongs to the hour it ends in' CODEC(ZSTD(1)),
    odometer_distance_m Nullable(Float64) COMMENT 'metres by the odometer of the device, of steps at both ends of which it stands; NULL without one' CODEC(ZSTD(1)),
    odometer_track_m    Nullable(Float64) COMMENT 'metres of distance_m that are in these steps: what odometer_distance_m is to be compared with' CODEC(ZSTD(1)),
    moving_s            UInt32 COMMENT 'seconds of steps of at most 300 s in which it moved' CODEC(T64, ZSTD(1)),
    standing_s          UInt32 COMMENT 'seconds of such steps in which it did not' CODEC(T64, ZSTD(1)),
    idling_s            UInt32 COMMENT 'of standing_s, with the ignition on' CODEC(T64, ZSTD(1)),
    unseen_s            UInt32 COMMENT 'seconds of steps of more than 300 s and at most 1 h' CODEC(T64, ZSTD(1)),
    observable_s        UInt32 COMMENT 'of moving_s, in steps of at most 3 s: harsh events can be seen there' CODEC(T64, ZSTD(1)),
    longest_gap_s       Nullable(UInt32) COMMENT 'longest step that ended in this hour, of those of at most 1 h; seconds' CODEC(ZSTD(1)),
    max_speed_kmh       Nullable(Float32) COMMENT 'km/h, by the device, of usable fixes, up to 220' CODEC(ZSTD(1)),
    first_fix_time      DateTime64(0, 'UTC') CODEC(Delta, ZSTD(1)),
    last_fix_time       DateTime64(0, 'UTC') CODEC(Delta, ZSTD(1)),
    first_odometer_m    Nullable(Float64) COMMENT 'metres' CODEC(ZSTD(1)),
    last_odometer_m     Nullable(Float64) COMMENT 'metres' CODEC(ZSTD(1)),
    last_inserted_time  DateTime64(3, 'UTC') COMMENT 'newest insert among the fixes; with fixes it tells whether this row is up to date' CODEC(Delta, ZSTD(1)),
    computed_time       DateTime64(3, 'UTC') COMMENT 'when this was counted; the newest holds' CODEC(Delta, ZSTD(1)),
    INDEX computed_time_range computed_time TYPE minmax GRANULARITY 1
)
ENGINE = ReplicatedReplacingMergeTree('/clickhouse/tables/{shard}/{database}/device_hours/140', '{replica}', computed_time)
PARTITION BY toYYYYMM(hour)
ORDER BY (imei, hour)
COMMENT 'One row is one device and hour, counted anew as a whole from the fixes of this hour and the one before it, whenever they change: device_hours_recent each minute, device_hours_sweep for whatever that has missed';

CREATE OR REPLACE TABLE device_hours ON CLUSTER `odograph` AS device_hours_local
ENGINE = Distributed(`odograph`, currentDatabase(), device_hours_local, cityHash64(imei))
COMMENT 'One row is one device and hour, counted anew as a whole from the fixes of this hour and the one before it, whenever they change: device_hours_recent each minute, device_hours_sweep for whatever that has missed';

CREATE MATERIALIZED VIEW IF NOT EXISTS device_hours_recent ON CLUSTER `odograph` REFRESH EVERY 1 MINUTE APPEND TO device_hours_local AS
WITH
    (SELECT greatest(max(computed_time), now64(3, 'UTC') - toIntervalDay(1)) - toIntervalMinute(10) FROM device_hours_local AS device_hours) AS since,
    (SELECT groupUniqArray((imei, toStartOfHour(fix_time))) FROM fixes_local AS fixes WHERE inserted_time >= since) AS changed
SELECT imei, hour, fixes, usable_fixes, moving_fixes, late_fixes, minutes_with_fixes, fixes_by_source,
    arraySum((d, m) -> if(m, d, 0), step_m, moved) AS distance_m,
    if(arrayExists(p -> p.5 >= 0, usable), arraySum((p, b, s) -> if(s > 0 AND b.5 >= 0 AND p.5 > b.5, p.5 - b.5, 0), usable, before, step_s), NULL) AS odometer_distance_m,
    if(arrayExists(p -> p.5 >= 0, usable), arraySum((p, b, m, d) -> if(m AND b.5 >= 0 AND p.5 >= b.5, d, 0), usable, before, moved, step_m), NULL) AS odometer_track_m,
    arraySum((s, m) -> if(m AND s <= 300, s, 0), step_s, moved) AS moving_s,
    arraySum((s, m) -> if(NOT m AND s <= 300, s, 0), step_s, moved) AS standing_s,
    arraySum((s, m, p) -> if(NOT m AND s <= 300 AND p.6, s, 0), step_s, moved, usable) AS idling_s,
    arraySum(s -> if(s > 300, s, 0), step_s) AS unseen_s,
    arraySum((s, m) -> if(m AND s <= 3, s, 0), step_s, moved) AS observable_s,
    if(arrayExists(s -> s > 0, step_s), arrayMax(step_s), NULL) AS longest_gap_s,
    max_speed_kmh, first_fix_time, last_fix_time, first_odometer_m, last_odometer_m, last_inserted_time, now64(3, 'UTC') AS computed_time
FROM
(
    SELECT *,
        arrayPushFront(arrayPopBack(usable), lagInFrame(usable[-1]) OVER (PARTITION BY imei ORDER BY hour ROWS BETWEEN 1 PRECEDING AND CURRENT ROW)) AS before,
        arrayMap((p, b) -> if(b.1 > 0 AND p.1 - b.1 <= 3600, p.1 - b.1, 0), usable, before) AS step_s,
        arrayMap((p, b, s) -> if(s > 0, greatCircleDistance(b.3, b.2, p.3, p.2), 0.), usable, before, step_s) AS step_m,
        arrayMap((p, b, s, d) -> s > 0 AND (d > 200 OR greatest(p.4, b.4) >= 3), usable, before, step_s, step_m) AS moved
    FROM
    (
        SELECT imei, toStartOfHour(fix_time)::DateTime('UTC') AS hour,
            count() AS fixes,
            countIf(believed) AS usable_fixes,
            countIf(believed AND ifNull(speed_kmh >= 3, false)) AS moving_fixes,
            countIf(has(quality, 'late')) AS late_fixes,
            uniqExact(toMinute(fix_time)) AS minutes_with_fixes,
            sumMap(map(source, toUInt32(1))) AS fixes_by_source,
            maxOrNullIf(speed_kmh, believed AND speed_kmh <= 220) AS max_speed_kmh,
            min(fix_time) AS first_fix_time,
            max(fix_time) AS last_fix_time,
            argMinOrNullIf(odometer_m, fix_time, believed) AS first_odometer_m,
            argMaxOrNullIf(odometer_m, fix_time, believed) AS last_odometer_m,
            max(inserted_time) AS last_inserted_time,
            arraySort(groupArrayIf((toUnixTimestamp64Second(fix_time), lat, lng, ifNull(speed_kmh, -1)::Float64, ifNull(odometer_m, -1), ifNull(acc, false)), believed)) AS usable
        FROM
        (
            SELECT imei, fix_time, source, quality, speed_kmh, odometer_m, acc, inserted_time, lat, lng,
                NOT hasAny(quality, ['zero_position', 'no_fix', 'future', 'jump', 'hemisphere', 'lbs', 'wifi']) AS believed
            FROM fixes_local AS fixes FINAL
            WHERE (imei, toStartOfHour(fix_time)) IN (SELECT c.1, c.2 + toIntervalHour(arrayJoin([-1, 0, 1])) FROM (SELECT arrayJoin(changed) AS c))
        )
        GROUP BY imei, hour
    )
)
WHERE (imei, hour) IN (SELECT c.1, c.2 + toIntervalHour(arrayJoin([0, 1])) FROM (SELECT arrayJoin(changed) AS c))
SETTINGS max_bytes_before_external_group_by = 1000000000, max_bytes_before_external_sort = 1000000000;

CREATE MATERIALIZED VIEW IF NOT EXISTS device_hours_sweep ON CLUSTER `odograph` REFRESH EVERY 1 HOUR APPEND TO device_hours_local AS
WITH
    (
        SELECT groupArray(200000)((imei, hour)) FROM
        (
            SELECT imei, hour FROM
            (
                SELECT imei, toStartOfHour(fix_time)::DateTime('UTC') AS hour, count() AS n, max(inserted_time) AS newest, 0 AS counted, toDateTime64(0, 3, 'UTC') AS counted_newest
                FROM fixes_local AS fixes FINAL GROUP BY imei, hour
                UNION ALL
                SELECT imei, hour, 0, toDateTime64(0, 3, 'UTC'), fixes, last_inserted_time FROM device_hours_local AS device_hours FINAL
            )
            GROUP BY imei, hour
            HAVING sum(n) >= sum(counted) AND (sum(n), max(newest)) != (sum(counted), max(counted_newest))
            ORDER BY hour DESC, imei
        )
    ) AS changed
SELECT imei, hour, fixes, usable_fixes, moving_fixes, late_fixes, minutes_with_fixes, fixes_by_source,
    arraySum((d, m) -> if(m, d, 0), step_m, moved) AS distance_m,
    if(arrayExists(p -> p.5 >= 0, usable), arraySum((p, b, s) -> if(s > 0 AND b.5 >= 0 AND p.5 > b.5, p.5 - b.5, 0), usable, before, step_s), NULL) AS odometer_distance_m,
    if(arrayExists(p -> p.5 >= 0, usable), arraySum((p, b, m, d) -> if(m AND b.5 >= 0 AND p.5 >= b.5, d, 0), usable, before, moved, step_m), NULL) AS odometer_track_m,
    arraySum((s, m) -> if(m AND s <= 300, s, 0), step_s, moved) AS moving_s,
    arraySum((s, m) -> if(NOT m AND s <= 300, s, 0), step_s, moved) AS standing_s,
    arraySum((s, m, p) -> if(NOT m AND s <= 300 AND p.6, s, 0), step_s, moved, usable) AS idling_s,
    arraySum(s -> if(s > 300, s, 0), step_s) AS unseen_s,
    arraySum((s, m) -> if(m AND s <= 3, s, 0), step_s, moved) AS observable_s,
    if(arrayExists(s -> s > 0, step_s), arrayMax(step_s), NULL) AS longest_gap_s,
    max_speed_kmh, first_fix_time, last_fix_time, first_odometer_m, last_odometer_m, last_inserted_time, now64(3, 'UTC') AS computed_time
FROM
(
    SELECT *,
        arrayPushFront(arrayPopBack(usable), lagInFrame(usable[-1]) OVER (PARTITION BY imei ORDER BY hour ROWS BETWEEN 1 PRECEDING AND CURRENT ROW)) AS before,
        arrayMap((p, b) -> if(b.1 > 0 AND p.1 - b.1 <= 3600, p.1 - b.1, 0), usable, before) AS step_s,
        arrayMap((p, b, s) -> if(s > 0, greatCircleDistance(b.3, b.2, p.3, p.2), 0.), usable, before, step_s) AS step_m,
        arrayMap((p, b, s, d) -> s > 0 AND (d > 200 OR greatest(p.4, b.4) >= 3), usable, before, step_s, step_m) AS moved
    FROM
    (
        SELECT imei, toStartOfHour(fix_time)::DateTime('UTC') AS hour,
            count() AS fixes,
            countIf(believed) AS usable_fixes,
            countIf(believed AND ifNull(speed_kmh >= 3, false)) AS moving_fixes,
            countIf(has(quality, 'late')) AS late_fixes,
            uniqExact(toMinute(fix_time)) AS minutes_with_fixes,
            sumMap(map(source, toUInt32(1))) AS fixes_by_source,
            maxOrNullIf(speed_kmh, believed AND speed_kmh <= 220) AS max_speed_kmh,
            min(fix_time) AS first_fix_time,
            max(fix_time) AS last_fix_time,
            argMinOrNullIf(odometer_m, fix_time, believed) AS first_odometer_m,
            argMaxOrNullIf(odometer_m, fix_time, believed) AS last_odometer_m,
            max(inserted_time) AS last_inserted_time,
            arraySort(groupArrayIf((toUnixTimestamp64Second(fix_time), lat, lng, ifNull(speed_kmh, -1)::Float64, ifNull(odometer_m, -1), ifNull(acc, false)), believed)) AS usable
        FROM
        (
            SELECT imei, fix_time, source, quality, speed_kmh, odometer_m, acc, inserted_time, lat, lng,
                NOT hasAny(quality, ['zero_position', 'no_fix', 'future', 'jump', 'hemisphere', 'lbs', 'wifi']) AS believed
            FROM fixes_local AS fixes FINAL
            WHERE (imei, toStartOfHour(fix_time)) IN (SELECT c.1, c.2 + toIntervalHour(arrayJoin([-1, 0, 1])) FROM (SELECT arrayJoin(changed) AS c))
        )
        GROUP BY imei, hour
    )
)
WHERE (imei, hour) IN (SELECT c.1, c.2 + toIntervalHour(arrayJoin([0, 1])) FROM (SELECT arrayJoin(changed) AS c))
SETTINGS max_bytes_before_external_group_by = 1000000000, max_bytes_before_external_sort = 1000000000;

CREATE OR REPLACE VIEW device_days ON CLUSTER `odograph`
(
    imei                String,
    day                 Date COMMENT 'UTC',
    fixes               UInt64 COMMENT 'distinct fixes',
    usable_fixes        UInt64 COMMENT 'of these, with a position that can be believed',
    moving_fixes        UInt64 COMMENT 'of the usable ones, at 3 km/h or more',
    late_fixes          UInt64 COMMENT 'with the flag late: derived events do not know them',
    minutes_with_fixes  UInt64 COMMENT 'of 1440',
    fixes_by_source     Map(LowCardinality(String), UInt64) COMMENT 'fixes by the source that brought them first',
    distance_m          Float64 COMMENT 'metres along the usable fixes, see device_hours',
    odometer_distance_m Nullable(Float64) COMMENT 'metres by the odometer of the device, see device_hours; NULL without one',
    odometer_track_m    Nullable(Float64) COMMENT 'metres of distance_m in the steps that have it',
    moving_s            UInt64 COMMENT 'seconds in motion, of steps of at most 300 s',
    standing_s          UInt64 COMMENT 'seconds at rest, of such steps',
    idling_s            UInt64 COMMENT 'of standing_s, with the ignition on',
    unseen_s            UInt64 COMMENT 'seconds of steps of more than 300 s and at most 1 h',
    observable_s        UInt64 COMMENT 'of moving_s, in steps of at most 3 s: harsh events can be seen there',
    longest_gap_s       Nullable(UInt32) COMMENT 'longest step, of those of at most 1 h; seconds',
    max_speed_kmh       Nullable(Float32) COMMENT 'km/h',
    first_fix_time      DateTime64(0, 'UTC'),
    last_fix_time       DateTime64(0, 'UTC'),
    first_odometer_m    Nullable(Float64) COMMENT 'metres',
    last_odometer_m     Nullable(Float64) COMMENT 'metres',
    computed_time       DateTime64(3, 'UTC') COMMENT 'when the newest of its hours was counted'
)
AS
SELECT imei, toDate(hour, 'UTC') AS day,
    sum(h.fixes) AS fixes, sum(h.usable_fixes) AS usable_fixes, sum(h.moving_fixes) AS moving_fixes, sum(h.late_fixes) AS late_fixes,
    sum(h.minutes_with_fixes) AS minutes_with_fixes, sumMap(h.fixes_by_source) AS fixes_by_source,
    sum(h.distance_m) AS distance_m, sum(h.odometer_distance_m) AS odometer_distance_m, sum(h.odometer_track_m) AS odometer_track_m,
    sum(h.moving_s) AS moving_s, sum(h.standing_s) AS standing_s, sum(h.idling_s) AS idling_s, sum(h.unseen_s) AS unseen_s, sum(h.observable_s) AS observable_s,
    max(h.longest_gap_s) AS longest_gap_s, max(h.max_speed_kmh) AS max_speed_kmh, min(h.first_fix_time) AS first_fix_time, max(h.last_fix_time) AS last_fix_time,
    argMin(h.first_odometer_m, hour) AS first_odometer_m, argMax(h.last_odometer_m, hour) AS last_odometer_m, max(h.computed_time) AS computed_time
FROM device_hours AS h FINAL
GROUP BY imei, day
COMMENT 'One row is one device and day (UTC), the sum of its device_hours';

CREATE OR REPLACE VIEW fleet_hours ON CLUSTER `odograph`
(
    hour           DateTime('UTC') COMMENT 'beginning of the hour of fix time',
    devices        UInt64 COMMENT 'with at least one fix',
    moving_devices UInt64 COMMENT 'with at least one fix at 3 km/h or more',
    fixes          UInt64 COMMENT 'distinct fixes',
    fixes_by_source Map(LowCardinality(String), UInt64) COMMENT 'fixes by the source that brought them first',
    distance_m     Float64 COMMENT 'metres along the usable fixes, see device_hours',
    moving_s       UInt64 COMMENT 'seconds in motion, over all devices',
    idling_s       UInt64 COMMENT 'seconds at rest with the ignition on, over all devices',
    unseen_s       UInt64 COMMENT 'seconds in gaps of more than 300 s and at most 1 h, over all devices',
    observable_s   UInt64 COMMENT 'of moving_s, in steps of at most 3 s: harsh events can be seen there',
    max_speed_kmh  Nullable(Float32) COMMENT 'km/h'
)
AS
SELECT hour, count() AS devices, countIf(h.moving_fixes > 0) AS moving_devices, sum(h.fixes) AS fixes, sumMap(h.fixes_by_source) AS fixes_by_source,
    sum(h.distance_m) AS distance_m, sum(h.moving_s) AS moving_s, sum(h.idling_s) AS idling_s, sum(h.unseen_s) AS unseen_s, sum(h.observable_s) AS observable_s, max(h.max_speed_kmh) AS max_speed_kmh
FROM device_hours AS h FINAL
GROUP BY hour
COMMENT 'One row is one hour of the whole fleet, the sum of device_hours';

CREATE TABLE IF NOT EXISTS cell_days ON CLUSTER `odograph`
(
    day           Date COMMENT 'of fix time, UTC',
    resolution    UInt8 COMMENT 'of H3: 7 (about 5 km²) or 9 (about 0.1 km²)',
    cell          UInt64 COMMENT 'H3 cell' CODEC(ZSTD(1)),
    fixes         UInt32 COMMENT 'distinct usable fixes in it; 0: there are none any more' CODEC(T64, ZSTD(1)),
    moving_fixes  UInt32 COMMENT 'of these, at 3 km/h or more' CODEC(T64, ZSTD(1)),
    devices       UInt32 COMMENT 'distinct devices in it' CODEC(T64, ZSTD(1)),
    speed_sum_kmh Float64 COMMENT 'sum of the speeds of moving_fixes, km/h' CODEC(ZSTD(1)),
    computed_time DateTime64(3, 'UTC') COMMENT 'when the day was counted; the newest holds' CODEC(Delta, ZSTD(1))
)
ENGINE = ReplicatedReplacingMergeTree('/clickhouse/tables/all/{database}/cell_days/145', '{shard}-{replica}', computed_time)
PARTITION BY toYYYYMM(day)
ORDER BY (day, resolution, cell)
COMMENT 'One row is one day and H3 cell over all devices; a day is counted anew as a whole when device_hours has a newer count of it: by cell_days_recent each 5 minutes, by cell_days_sweep each hour for whatever that has missed';

CREATE MATERIALIZED VIEW IF NOT EXISTS cell_days_recent ON CLUSTER `odograph` REFRESH EVERY 5 MINUTE APPEND TO cell_days AS
WITH
    (SELECT greatest(max(computed_time), now64(3, 'UTC') - toIntervalDay(1)) - toIntervalMinute(10) FROM cell_days) AS since,
    (SELECT arraySlice(arrayReverseSort(groupUniqArray(toDate(hour, 'UTC'))), 1, 3) FROM device_hours WHERE computed_time >= since) AS days
SELECT day, resolution, cell, sum(n) AS fixes, sum(moving) AS moving_fixes, max(vehicles) AS devices, sum(speeds) AS speed_sum_kmh, now64(3, 'UTC') AS computed_time
FROM
(
    SELECT toDate(fix_time, 'UTC') AS day, c.1 AS resolution, c.2 AS cell, count() AS n, countIf(ifNull(speed_kmh >= 3, false)) AS moving,
        uniqExact(imei) AS vehicles, sumIf(ifNull(speed_kmh, 0)::Float64, ifNull(speed_kmh >= 3, false)) AS speeds
    FROM fixes FINAL
    ARRAY JOIN [(7, h3_r7), (9, h3_r9)]::Array(Tuple(UInt8, UInt64)) AS c
    WHERE toDate(fix_time, 'UTC') IN (SELECT arrayJoin(days)) AND NOT hasAny(quality, ['zero_position', 'no_fix', 'future', 'jump', 'hemisphere', 'lbs', 'wifi'])
    GROUP BY day, resolution, cell
    UNION ALL
    SELECT day, resolution, cell, 0, 0, 0, 0 FROM cell_days FINAL WHERE day IN (SELECT arrayJoin(days))
)
GROUP BY day, resolution, cell
SETTINGS max_bytes_before_external_group_by = 1000000000;

CREATE OR REPLACE VIEW heat_daily ON CLUSTER `odograph`
(
    day           Date COMMENT 'of fix time, UTC',
    resolution    UInt8 COMMENT 'of H3: 7 (about 5 km²) or 9 (about 0.1 km²)',
    cell          UInt64 COMMENT 'H3 cell; h3ToString(cell) is its usual form',
    lat           Float64 COMMENT 'degrees, WGS-84, of the centre of the cell',
    lng           Float64 COMMENT 'degrees, WGS-84',
    fixes         UInt64 COMMENT 'distinct usable fixes in it',
    moving_fixes  UInt64 COMMENT 'of these, at 3 km/h or more',
    devices       UInt64 COMMENT 'distinct devices in it on this day',
    avg_speed_kmh Nullable(Float64) COMMENT 'mean speed of moving_fixes, km/h'
)
AS
SELECT day, resolution, cell, h3ToGeo(cell).1 AS lat, h3ToGeo(cell).2 AS lng, sum(c.fixes) AS fixes, sum(c.moving_fixes) AS moving_fixes, sum(c.devices) AS devices,
    if(moving_fixes > 0, sum(c.speed_sum_kmh) / moving_fixes, NULL) AS avg_speed_kmh
FROM cell_days AS c FINAL
WHERE c.fixes > 0 AND h3IsValid(c.cell)
GROUP BY day, resolution, cell
COMMENT 'One row is one day and H3 cell over all devices. Ask for one resolution';

CREATE OR REPLACE VIEW rollup_check ON CLUSTER `odograph`
(
    rollup        LowCardinality(String) COMMENT 'device_hours, or cell_days (one row a day, imei is empty)',
    imei          String,
    hour          DateTime('UTC') COMMENT 'beginning of the hour, or of the day',
    stored_fixes  UInt64 COMMENT 'fixes that are stored; of cell_days, usable ones in device_hours',
    counted_fixes UInt64 COMMENT 'fixes that the rollup has',
    newest_insert DateTime64(3, 'UTC') COMMENT 'newest insert among the stored ones: of a minute ago it is only waiting to be counted'
)
AS
SELECT 'device_hours' AS rollup, imei, hour, sum(n) AS stored_fixes, sum(counted) AS counted_fixes, max(newest) AS newest_insert
FROM
(
    SELECT imei, toStartOfHour(fix_time)::DateTime('UTC') AS hour, count() AS n, max(inserted_time) AS newest, 0 AS counted, toDateTime64(0, 3, 'UTC') AS counted_newest
    FROM fixes FINAL WHERE fix_time >= now() - toIntervalDay(366) GROUP BY imei, hour
    UNION ALL
    SELECT imei, hour, 0, toDateTime64(0, 3, 'UTC'), fixes, last_inserted_time FROM device_hours FINAL WHERE hour >= now() - toIntervalDay(366)
)
GROUP BY imei, hour
HAVING stored_fixes != counted_fixes OR newest_insert != max(counted_newest)
UNION ALL
SELECT 'cell_days', '', toDateTime(day, 'UTC'), sum(usable), sum(counted), max(newest)
FROM
(
    SELECT toDate(hour, 'UTC') AS day, sum(usable_fixes) AS usable, 0 AS counted, max(last_inserted_time) AS newest FROM device_hours FINAL WHERE hour >= now() - toIntervalDay(366) GROUP BY day
    UNION ALL
    SELECT day, 0, sumIf(fixes, resolution = 9), toDateTime64(0, 3, 'UTC') FROM cell_days FINAL WHERE day >= today() - 366 GROUP BY day
)
GROUP BY day
HAVING sum(usable) != sum(counted)
COMMENT 'One row is an hour of a device, or a day, whose rollup does not agree with what is stored: no row is as it should be, but for what came in the last minutes. Reads the keys of all fixes of the last year';

CREATE OR REPLACE VIEW completeness_daily ON CLUSTER `odograph`
(
    imei            String,
    day             Date COMMENT 'UTC',
    hours           UInt64 COMMENT 'of this day for which completeness was worked out',
    expected_fixes  Nullable(Int64) COMMENT 'that must have been made, of the hours of which it is known; NULL: of none',
    received_fixes  Int64 COMMENT 'distinct fixes that the enricher put out, of all hours',
    stored_fixes    UInt64 COMMENT 'distinct fixes in the table fixes on this day, by device_hours',
    missing_fixes   Int64 COMMENT 'estimate: time in holes by the cadence',
    received_share  Nullable(Float64) COMMENT '0-1: received by expected fixes, of the hours of which it is known',
    first_by_push   Int64 COMMENT 'of the received ones, brought first by a push',
    first_by_poll   Int64 COMMENT 'of the received ones, brought first by a poll',
    holes           Int64,
    longest_hole_s  Nullable(Float64) COMMENT 'seconds',
    reason          String COMMENT 'why fixes are missing, of the hour that misses most; empty where none does'
)
AS
SELECT c.imei AS imei, c.day AS day, c.hours AS hours, c.expected_fixes AS expected_fixes, c.received_fixes AS received_fixes, d.fixes AS stored_fixes,
    c.missing_fixes AS missing_fixes, c.received_share AS received_share, c.first_by_push AS first_by_push, c.first_by_poll AS first_by_poll, c.holes AS holes,
    c.longest_hole_s AS longest_hole_s, c.reason AS reason
FROM
(
    SELECT imei, toDate(hour, 'UTC') AS day, count() AS hours, sumOrNull(k.expected_fixes) AS expected_fixes, sum(k.received_fixes) AS received_fixes,
        sum(k.missing_fixes) AS missing_fixes, sumOrNullIf(k.received_fixes, k.expected_fixes IS NOT NULL) / nullIf(expected_fixes, 0) AS received_share,
        sum(k.first_by_push) AS first_by_push, sum(k.first_by_poll) AS first_by_poll, sum(k.holes) AS holes, max(k.longest_hole_s) AS longest_hole_s,
        if(missing_fixes > 0, toString(argMax(k.reason, k.missing_fixes)), '') AS reason
    FROM completeness AS k FINAL
    GROUP BY imei, day
) AS c
LEFT JOIN (SELECT imei, toDate(hour, 'UTC') AS day, sum(h.fixes) AS fixes FROM device_hours AS h FINAL GROUP BY imei, day) AS d ON d.imei = c.imei AND d.day = c.day
COMMENT 'One row is one device and day (UTC): how many of its fixes came, how many are stored, and why some are missing';

CREATE OR REPLACE VIEW activity_daily ON CLUSTER `odograph`
(
    imei             String,
    day              Date COMMENT 'UTC',
    trips            UInt64 COMMENT 'trips that began on this day',
    distance_m       Float64 COMMENT 'metres of trips, from the track; as in observable_daily',
    driving_s        Float64 COMMENT 'seconds in motion; as in observable_daily',
    trip_idle_s      Float64 COMMENT 'seconds at rest within trips',
    max_speed_kmh    Nullable(Float64) COMMENT 'km/h, of the trips that touch this day',
    first_start_time Nullable(DateTime64(3, 'UTC')) COMMENT 'when the first trip of this day began, or midnight where it goes on',
    last_end_time    Nullable(DateTime64(3, 'UTC')) COMMENT 'when the last trip of this day ended, or midnight where it goes on',
    parkings         UInt64 COMMENT 'parking periods that began on this day',
    parking_s        Float64 COMMENT 'seconds of them within this day',
    idlings          UInt64 COMMENT 'idling periods that began on this day',
    idling_s         Float64 COMMENT 'seconds of them within this day'
)
AS
SELECT imei, day, sum(b.trips) AS trips, sum(b.distance_m) AS distance_m, sum(b.driving_s) AS driving_s, sum(b.trip_idle_s) AS trip_idle_s,
    max(b.max_speed_kmh) AS max_speed_kmh, min(b.first_start_time) AS first_start_time, max(b.last_end_time) AS last_end_time,
    sum(b.parkings) AS parkings, sum(b.parking_s) AS parking_s, sum(b.idlings) AS idlings, sum(b.idling_s) AS idling_s
FROM
(
    SELECT imei, day, trips, distance_m, driving_s, 0. AS trip_idle_s, NULL AS max_speed_kmh,
        NULL::Nullable(DateTime64(3, 'UTC')) AS first_start_time, NULL::Nullable(DateTime64(3, 'UTC')) AS last_end_time, 0 AS parkings, 0. AS parking_s, 0 AS idlings, 0. AS idling_s
    FROM observable_daily
    UNION ALL
    SELECT imei, day, 0, 0, 0, idle_s * if(end_time > start_time, dateDiff('millisecond', begins, ends) / dateDiff('millisecond', start_time, end_time), 1), max_speed_kmh, begins, ends, 0, 0, 0, 0
    FROM
    (
        SELECT imei, idle_s, max_speed_kmh, start_time, end_time,
            arrayJoin(arrayMap(i -> toDate(start_time, 'UTC') + i, range(toUInt64(greatest(1, least(400, dateDiff('day', start_time, end_time) + 1)))))) AS day,
            greatest(start_time, toDateTime64(day, 3, 'UTC')) AS begins, least(end_time, toDateTime64(day + 1, 3, 'UTC')) AS ends
        FROM trips FINAL
    )
    WHERE ends > begins OR start_time = end_time
    UNION ALL
    SELECT imei, day, 0, 0, 0, 0, NULL, NULL, NULL,
        kind = 'parking' AND toDate(start_time, 'UTC') = day, if(kind = 'parking', seconds, 0), kind = 'idling' AND toDate(start_time, 'UTC') = day, if(kind = 'idling', seconds, 0)
    FROM
    (
        SELECT imei, kind, start_time, end_time,
            arrayJoin(arrayMap(i -> toDate(start_time, 'UTC') + i, range(toUInt64(greatest(1, least(400, dateDiff('day', start_time, end_time) + 1)))))) AS day,
            greatest(0, dateDiff('millisecond', greatest(start_time, toDateTime64(day, 3, 'UTC')), least(end_time, toDateTime64(day + 1, 3, 'UTC'))) / 1000) AS seconds
        FROM stops FINAL
    )
    WHERE seconds > 0 OR start_time = end_time
) AS b
GROUP BY imei, day
COMMENT 'One row is one device and day (UTC): trips, stops and idling; what goes on over midnight is divided by time';

CREATE OR REPLACE VIEW mileage_daily ON CLUSTER `odograph`
(
    imei                String,
    day                 Date COMMENT 'UTC',
    trips_m             Nullable(Float64) COMMENT 'metres of the trips, from the track; as in observable_daily',
    track_m             Nullable(Float64) COMMENT 'metres along all usable fixes; as in device_days',
    odometer_m          Nullable(Float64) COMMENT 'metres by the odometer of the device where two fixes in a row have it (polled tracks have none); as in device_days',
    odometer_track_m    Nullable(Float64) COMMENT 'metres of track_m between these fixes: what odometer_m is to be compared with',
    report_m            Nullable(Float64) COMMENT 'metres of the trip reports that the device pushed',
    platform_m          Nullable(Float64) COMMENT 'metres that the platform counted',
    odometer_difference Nullable(Float64) COMMENT '(odometer_m − odometer_track_m) / odometer_track_m',
    report_difference   Nullable(Float64) COMMENT '(report_m − track_m) / track_m',
    platform_difference Nullable(Float64) COMMENT '(platform_m − track_m) / track_m'
)
AS
SELECT imei, day,
    sum(b.trips_m) AS trips_m, sum(b.track_m) AS track_m, sum(b.odometer_m) AS odometer_m, sum(b.odometer_track_m) AS odometer_track_m, sum(b.report_m) AS report_m, sum(b.platform_m) AS platform_m,
    if(odometer_track_m > 0, (odometer_m - odometer_track_m) / odometer_track_m, NULL) AS odometer_difference,
    if(track_m > 0, (report_m - track_m) / track_m, NULL) AS report_difference,
    if(track_m > 0, (platform_m - track_m) / track_m, NULL) AS platform_difference
FROM
(
    SELECT imei, day, distance_m::Nullable(Float64) AS trips_m, NULL::Nullable(Float64) AS track_m, NULL::Nullable(Float64) AS odometer_m, NULL::Nullable(Float64) AS odometer_track_m, NULL::Nullable(Float64) AS report_m, NULL::Nullable(Float64) AS platform_m
    FROM observable_daily
    UNION ALL
    SELECT imei, day, NULL, distance_m, odometer_distance_m, odometer_track_m, NULL, NULL FROM device_days
    UNION ALL
    SELECT imei, day, NULL, NULL, NULL, NULL, if(kind = 'pushtripreport', part, NULL), if(kind = 'pushtripreport', NULL, part)
    FROM
    (
        SELECT imei, kind, begins, ends, metres,
            arrayJoin(arrayMap(i -> toDate(begins, 'UTC') + i, range(toUInt64(greatest(1, least(400, dateDiff('day', begins, ends) + 1)))))) AS day,
            metres * greatest(0, dateDiff('millisecond', greatest(begins, toDateTime64(day, 3, 'UTC')), least(ends, toDateTime64(day + 1, 3, 'UTC'))) / dateDiff('millisecond', begins, ends)) AS part
        FROM
        (
            SELECT imei, kind, assumeNotNull(m.begin_time) AS begins, max(assumeNotNull(m.end_time)) AS ends, argMax(assumeNotNull(m.distance_m), (m.end_time, m.received_time)) AS metres
            FROM messages AS m FINAL
            WHERE kind IN ('pushtripreport', 'poll.track_mileage') AND m.begin_time IS NOT NULL AND m.end_time > m.begin_time AND m.distance_m IS NOT NULL
            GROUP BY imei, kind, begins
        )
    )
    WHERE part > 0
) AS b
GROUP BY imei, day
COMMENT 'One row is one device and day (UTC): how far it drove, by the track, the odometer and the platform side by side; NULL where nothing tells';

CREATE OR REPLACE VIEW fence_visits ON CLUSTER `odograph`
(
    imei            String,
    fence_id        String,
    fence_name      String COMMENT 'of the definition that holds today; empty where the fence is deleted',
    state           LowCardinality(String) COMMENT 'ended; inside (goes on); unknown (goes on, as far as anybody knows: no sign of life for long); dropped (the fence was deleted meanwhile); no_end (its end is not told: by the definition of the fence, or because another visit began after it)',
    ongoing         Bool COMMENT 'state is inside or unknown',
    start_time      Nullable(DateTime64(3, 'UTC')) COMMENT 'when it came in, or when it was found inside, see begin_kind; where no beginning was told, end_time less the dwell time of the end',
    end_time        Nullable(DateTime64(3, 'UTC')) COMMENT 'when it left; NULL where no end was told',
    duration_s      Nullable(Float64) COMMENT 'seconds from start to end, or until now while it goes on; NULL of dropped and no_end',
    unknown_s       Float64 COMMENT 'seconds of it in which nobody knew whether it was still inside',
    unknown_periods Array(Tuple(DateTime64(3, 'UTC'), DateTime64(3, 'UTC'))) COMMENT 'these times, from and to',
    begin_kind      LowCardinality(String) COMMENT 'enter, inside_at_start, inside_at_open; empty where no beginning was told',
    end_kind        LowCardinality(String) COMMENT 'exit, inside_at_close; empty where no end was told',
    inferred        Bool COMMENT 'no fix was inside: the straight way between two fixes passes through the fence',
    longest_dwell_s Nullable(Float64) COMMENT 'longest of the dwell times of the fence that it passed, seconds',
    begin_event_id  String COMMENT 'of geofence_events',
    end_event_id    String COMMENT 'of geofence_events',
    lat             Nullable(Float64) COMMENT 'degrees, WGS-84, of the beginning, or else of the end',
    lng             Nullable(Float64) COMMENT 'degrees, WGS-84'
)
AS
WITH now64(3, 'UTC') AS now
SELECT
    imei, fence_id, dictGetOrDefault('fences_dict', 'name', fence_id, '') AS fence_name,
    multiIf(end_event_id != '', 'ended', NOT newest OR fence_id IN (SELECT f.fence_id FROM fences_now AS f WHERE notEmpty(JSONExtractArrayRaw(f.settings, 'tell')) AND NOT has(JSONExtract(f.settings, 'tell', 'Array(String)'), 'exit')), 'no_end', NOT dictHas('fences_dict', fence_id), 'dropped', last_kind = 'unknown', 'unknown', 'inside') AS state,
    (state IN ('inside', 'unknown'))::Bool AS ongoing,
    multiIf(begin_event_id != '', begin_at, end_dwell_s IS NOT NULL, end_at - toIntervalMillisecond(toInt64(end_dwell_s * 1000)), NULL) AS start_time,
    if(end_event_id = '', NULL, end_at) AS end_time,
    multiIf(start_time IS NULL, NULL, state = 'ended', dateDiff('millisecond', start_time, end_at) / 1000, ongoing, dateDiff('millisecond', start_time, now) / 1000, NULL) AS duration_s,
    arraySum(p -> dateDiff('millisecond', p.1, p.2) / 1000, unknown_periods) AS unknown_s,
    arrayFilter(p -> p.2 > p.1, arrayMap(t -> (t, ifNull(arrayMin(arrayFilter(u -> u >= t, known_at)), if(state = 'ended', end_at, if(ongoing, now, t)))), unknown_at)) AS unknown_periods,
    begin_kind, end_kind, inferred, longest_dwell_s, begin_event_id, end_event_id,
    if(begin_event_id != '', begin_lat, end_lat) AS lat, if(begin_event_id != '', begin_lng, end_lng) AS lng
FROM
(
    SELECT imei, fence_id, visit,
        anyIf(event_id, begins) AS begin_event_id, anyIf(at, begins) AS begin_at, anyIf(kind, begins) AS begin_kind, anyIf(lat, begins) AS begin_lat, anyIf(lng, begins) AS begin_lng,
        anyIf(event_id, ends) AS end_event_id, anyIf(at, ends) AS end_at, anyIf(kind, ends) AS end_kind, anyIf(lat, ends) AS end_lat, anyIf(lng, ends) AS end_lng,
        anyIf(dwell_s, ends) AS end_dwell_s,
        maxOrNullIf(dwell_s, kind = 'dwell') AS longest_dwell_s,
        max(inferred) AS inferred,
        argMax(kind, (at, confirmed_at, place)) AS last_kind,
        groupArrayIf(at, kind = 'unknown') AS unknown_at,
        groupArrayIf(toNullable(at), kind = 'inside_again') AS known_at,
        max(visit) OVER (PARTITION BY imei, fence_id) = visit AS newest
    FROM
    (
        SELECT imei, fence_id, event_id, kind, at, confirmed_at, inferred, lat, lng, dwell_s, begins, ends, place,
            sum(begins) OVER (PARTITION BY imei, fence_id ORDER BY at, place, confirmed_at ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW)
                + sum(ends) OVER (PARTITION BY imei, fence_id ORDER BY at, place, confirmed_at ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING) AS visit
        FROM
        (
            SELECT imei, fence_id, event_id, kind, at, confirmed_at, inferred, lat, lng, dwell_s,
                kind IN ('enter', 'inside_at_start', 'inside_at_open') AS begins, kind IN ('exit', 'inside_at_close') AS ends, if(ends, 2, 1 - begins) AS place
            FROM geofence_events FINAL
        )
    )
    GROUP BY imei, fence_id, visit
    HAVING begin_event_id != '' OR end_event_id != ''
)
COMMENT 'One row is one visit of a device to a geofence, from its beginning to its end, also those that go on';

CREATE OR REPLACE VIEW fence_time_daily ON CLUSTER `odograph`
(
    imei       String,
    fence_id   String,
    fence_name String COMMENT 'of the definition that holds today; empty where the fence is deleted',
    day        Date COMMENT 'UTC',
    visits     UInt64 COMMENT 'that began on this day',
    inside_s   Float64 COMMENT 'seconds inside on this day, with unknown_s; of visits that go on, until now',
    unknown_s  Float64 COMMENT 'seconds of it in which nobody knew whether it was still inside'
)
AS
SELECT imei, fence_id, any(v.fence_name) AS fence_name, day,
    countIf(toDate(begins, 'UTC') = day) AS visits,
    sum(greatest(0, dateDiff('millisecond', greatest(begins, toDateTime64(day, 3, 'UTC')), least(ends, toDateTime64(day + 1, 3, 'UTC'))) / 1000)) AS inside_s,
    sum(arraySum(p -> greatest(0, dateDiff('millisecond', greatest(p.1, toDateTime64(day, 3, 'UTC')), least(p.2, toDateTime64(day + 1, 3, 'UTC'))) / 1000), v.unknown_periods)) AS unknown_s
FROM
(
    SELECT imei, fence_id, fence_name, assumeNotNull(start_time) AS begins, ifNull(end_time, now64(3, 'UTC')) AS ends, unknown_periods,
        arrayJoin(arrayMap(i -> toDate(begins, 'UTC') + i, range(toUInt64(greatest(1, least(1500, dateDiff('day', begins, ends) + 1)))))) AS day
    FROM fence_visits
    WHERE duration_s IS NOT NULL
) AS v
GROUP BY imei, fence_id, day
COMMENT 'One row is one device, geofence and day (UTC): how often it came and how long it was inside';

CREATE OR REPLACE VIEW fence_alarm_check ON CLUSTER `odograph`
(
    imei          String,
    direction     LowCardinality(String) COMMENT 'in or out',
    seen_by       LowCardinality(String) COMMENT 'both, ours_only or platform_only',
    day           Date COMMENT 'UTC, of our event, else of the alarm',
    fence_id      String COMMENT 'of our event, else of the alarm',
    matched_by    LowCardinality(String) COMMENT 'of both: id (the alarm names the same fence) or time (it names none that is known here)',
    our_time      Nullable(DateTime64(3, 'UTC')) COMMENT 'when the edge was crossed, by Odograph',
    platform_time Nullable(DateTime64(3, 'UTC')) COMMENT 'when the alarm says it happened',
    difference_s  Nullable(Float64) COMMENT 'seconds from our_time to platform_time',
    inferred      Nullable(Bool) COMMENT 'no fix was inside: it passed through between two fixes',
    event_id      String COMMENT 'of our event',
    alarm_code    String COMMENT 'of the alarm',
    alarm_fence   String COMMENT 'fence that the alarm names, in the words of the platform'
)
AS
WITH
    ours AS
    (
        SELECT imei, event_id, fence_id, at, inferred, if(kind = 'enter', 'in', 'out') AS direction
        FROM geofence_events FINAL
        WHERE kind IN ('enter', 'exit')
    ),
    theirs AS
    (
        SELECT imei, event_time, toString(code) AS code, fence_id, if(kind = 'fence_enter', 'in', 'out') AS direction, (raw_partition, raw_offset) AS id,
            dictHas('fences_dict', fence_id) AS known
        FROM alarms_named
        WHERE kind IN ('fence_enter', 'fence_exit')
    ),
    pairs AS
    (
        SELECT event_id, id, by_id, difference_ms,
            row_number() OVER (PARTITION BY event_id ORDER BY by_id DESC, abs(difference_ms), id) AS for_event,
            row_number() OVER (PARTITION BY id ORDER BY by_id DESC, abs(difference_ms), event_id) AS for_alarm
        FROM
        (
            SELECT o.event_id AS event_id, t.id AS id, t.fence_id = o.fence_id AS by_id, dateDiff('millisecond', o.at, t.event_time) AS difference_ms
            FROM ours AS o
            INNER JOIN (SELECT *, arrayJoin([-1, 0, 1]) + intDiv(toUnixTimestamp64Milli(event_time), 300000) AS slot FROM theirs) AS t
                ON t.imei = o.imei AND t.direction = o.direction AND t.slot = intDiv(toUnixTimestamp64Milli(o.at), 300000)
            WHERE abs(difference_ms) <= 300000 AND (by_id OR NOT t.known)
        )
    ),
    matched AS (SELECT event_id, id, by_id, difference_ms FROM pairs WHERE for_event = 1 AND for_alarm = 1)
SELECT o.imei AS imei, o.direction AS direction, if(m.event_id = '', 'ours_only', 'both') AS seen_by, toDate(o.at, 'UTC') AS day, o.fence_id AS fence_id,
    multiIf(m.event_id = '', '', m.by_id, 'id', 'time') AS matched_by,
    o.at AS our_time, if(m.event_id = '', NULL, o.at + toIntervalMillisecond(m.difference_ms)) AS platform_time, if(m.event_id = '', NULL, m.difference_ms / 1000) AS difference_s,
    o.inferred AS inferred, o.event_id AS event_id, m.code AS alarm_code, m.alarm_fence AS alarm_fence
FROM ours AS o
LEFT JOIN (SELECT m.event_id AS event_id, m.by_id AS by_id, m.difference_ms AS difference_ms, t.code AS code, t.fence_id AS alarm_fence FROM matched AS m INNER JOIN theirs AS t ON t.id = m.id) AS m
    ON m.event_id = o.event_id
UNION ALL
SELECT imei, direction, 'platform_only', toDate(event_time, 'UTC'), fence_id, '', NULL, event_time, NULL, NULL, '', code, fence_id
FROM theirs
WHERE id NOT IN (SELECT id FROM matched)
COMMENT 'One row is one entry or exit, as Odograph found it and as the platform raised an alarm of it, paired where they are at most 300 s apart';

CREATE OR REPLACE VIEW obd_hourly ON CLUSTER `odograph`
(
    imei             String,
    hour             DateTime('UTC') COMMENT 'beginning of the hour of event time',
    readings         UInt64 COMMENT 'of the bus in this hour; each value is of those that have it, NULL where none has',
    coolant_avg_c    Nullable(Float64) COMMENT '°C',
    coolant_max_c    Nullable(Float64) COMMENT '°C',
    battery_min_v    Nullable(Float64) COMMENT 'volts',
    battery_avg_v    Nullable(Float64) COMMENT 'volts',
    rpm_avg          Nullable(Float64) COMMENT 'revolutions a minute',
    rpm_max          Nullable(Float64) COMMENT 'revolutions a minute',
    speed_max_kmh    Nullable(Float64) COMMENT 'km/h',
    fuel_first_percent Nullable(Float64) COMMENT 'per cent, first reading of the hour',
    fuel_last_percent  Nullable(Float64) COMMENT 'per cent, last reading of the hour',
    fuel_first_l     Nullable(Float64) COMMENT 'litres, first reading of the hour',
    fuel_last_l      Nullable(Float64) COMMENT 'litres, last reading of the hour',
    odometer_last_m  Nullable(Float64) COMMENT 'metres, last reading of the hour'
)
AS
SELECT imei, toStartOfHour(event_time) AS hour, count() AS readings,
    avg(o.coolant_c) AS coolant_avg_c, max(o.coolant_c) AS coolant_max_c, min(o.battery_v) AS battery_min_v, avg(o.battery_v) AS battery_avg_v,
    avg(o.rpm) AS rpm_avg, max(o.rpm) AS rpm_max, max(o.speed_kmh) AS speed_max_kmh,
    argMin(o.fuel_percent, event_time) AS fuel_first_percent, argMax(o.fuel_percent, event_time) AS fuel_last_percent,
    argMin(o.fuel_l, event_time) AS fuel_first_l, argMax(o.fuel_l, event_time) AS fuel_last_l, argMax(o.odometer_m, event_time) AS odometer_last_m
FROM obd AS o FINAL
GROUP BY imei, hour
COMMENT 'One row is one device and hour: what the bus of the vehicle said';

CREATE OR REPLACE VIEW faults_open ON CLUSTER `odograph`
(
    imei        String,
    name        String COMMENT 'of the definition of the device',
    plate       String,
    code        String COMMENT 'trouble code, as P0301',
    text        Nullable(String) COMMENT 'NULL where the code is not known',
    system      Nullable(String) COMMENT 'powertrain, chassis, body or network',
    start_time  DateTime64(3, 'UTC') COMMENT 'when it was reported first',
    last_time   DateTime64(3, 'UTC') COMMENT 'when it was reported last',
    open_s      Int64 COMMENT 'seconds since it was reported first',
    lat         Nullable(Float64) COMMENT 'degrees, WGS-84, where it was reported first',
    lng         Nullable(Float64) COMMENT 'degrees, WGS-84',
    event_id    String COMMENT 'of condition_events'
)
AS
SELECT imei, dictGetOrDefault('devices_dict', 'name', imei, '') AS name, dictGetOrDefault('devices_dict', 'plate', imei, '') AS plate,
    toString(e.code) AS code, dictGetOrNull('dtc_dict', 'text', substring(code, 1, 5)) AS text,
    if(match(code, '^[PCBU][0-3][0-9A-F]{3}'), transform(substring(code, 1, 1), ['P', 'C', 'B', 'U'], ['powertrain', 'chassis', 'body', 'network'], ''), NULL) AS system,
    start_time, end_time AS last_time, dateDiff('second', start_time, now64(3, 'UTC')) AS open_s, lat, lng, event_id
FROM condition_events AS e FINAL
WHERE kind = 'fault' AND ongoing
COMMENT 'One row is one trouble code that a device still reports';

CREATE OR REPLACE VIEW fuel_levels ON CLUSTER `odograph`
(
    imei       String,
    event_time DateTime64(3, 'UTC') COMMENT 'when it was measured',
    read_from  LowCardinality(String) COMMENT 'sensor (a fuel sensor of the device) or obd (the bus of the vehicle)',
    channel    String COMMENT 'of the sensor',
    level      Float64 COMMENT 'as it was measured, not smoothed, in unit',
    unit       LowCardinality(String) COMMENT 'percent, L, cm, …'
)
AS
SELECT imei, event_time, 'sensor' AS read_from, channel, assumeNotNull(value) AS level, toString(unit) AS unit FROM sensors FINAL WHERE kind = 'fuel' AND value IS NOT NULL
UNION ALL
SELECT imei, event_time, 'obd', 'percent', assumeNotNull(fuel_percent), 'percent' FROM obd FINAL WHERE fuel_percent IS NOT NULL
UNION ALL
SELECT imei, event_time, 'obd', 'litres', assumeNotNull(fuel_l), 'L' FROM obd FINAL WHERE fuel_l IS NOT NULL
COMMENT 'One row is one reading of how much fuel there is, of sensors and of the bus of the vehicle';

CREATE OR REPLACE VIEW fuel_events ON CLUSTER `odograph`
(
    imei         String,
    kind         LowCardinality(String) COMMENT 'fuel_refuel or fuel_theft',
    start_time   DateTime64(3, 'UTC'),
    end_time     DateTime64(3, 'UTC'),
    channel      LowCardinality(String) COMMENT 'of the sensor',
    level_before Nullable(Float64) COMMENT 'smoothed, in unit',
    level_after  Nullable(Float64) COMMENT 'smoothed, in unit',
    change       Nullable(Float64) COMMENT 'in unit: positive when filled in, negative when taken out',
    unit         LowCardinality(String) COMMENT 'percent, L, cm, …',
    lat          Nullable(Float64) COMMENT 'degrees, WGS-84',
    lng          Nullable(Float64) COMMENT 'degrees, WGS-84',
    ongoing      Bool COMMENT 'a later revision will tell more',
    event_id     String COMMENT 'of condition_events'
)
AS
SELECT imei, kind, start_time, end_time, channel, value_before AS level_before, value_after AS level_after, value_after - value_before AS change, unit, lat, lng, ongoing, event_id
FROM condition_events FINAL
WHERE kind IN ('fuel_refuel', 'fuel_theft')
COMMENT 'One row is one time that fuel was filled in or taken out';

CREATE TABLE IF NOT EXISTS latency_counts ON CLUSTER `odograph`
(
    minute               DateTime('UTC') COMMENT 'in which the fixes were inserted' CODEC(Delta, ZSTD(1)),
    source               LowCardinality(String) COMMENT 'interface that brought them first',
    fixes                UInt32 COMMENT '0: there are none any more' CODEC(T64, ZSTD(1)),
    fix_to_received      AggregateFunction(quantilesDD(0.01, 0.5, 0.9, 0.99), Float64) COMMENT 'seconds from fix time until the collector took it, 1 % accurate' CODEC(ZSTD(1)),
    received_to_inserted AggregateFunction(quantilesDD(0.01, 0.5, 0.9, 0.99), Float64) COMMENT 'seconds from there until the insert began' CODEC(ZSTD(1)),
    fix_to_inserted      AggregateFunction(quantilesDD(0.01, 0.5, 0.9, 0.99), Float64) COMMENT 'both together' CODEC(ZSTD(1)),
    max_fix_to_received_s      Float64 CODEC(ZSTD(1)),
    max_received_to_inserted_s Float64 CODEC(ZSTD(1)),
    max_fix_to_inserted_s      Float64 CODEC(ZSTD(1)),
    computed_time        DateTime64(3, 'UTC') COMMENT 'when this was counted; the newest holds' CODEC(Delta, ZSTD(1))
)
ENGINE = ReplicatedReplacingMergeTree('/clickhouse/tables/all/{database}/latency_counts/160', '{shard}-{replica}', computed_time)
PARTITION BY toYYYYMM(minute)
ORDER BY (minute, source)
COMMENT 'One row is one minute of inserting and source, counted anew as a whole by latency_recent (last 20 minutes, each minute) and latency_sweep (last 3 days, each day); read it by latency_minutes and latency_hourly';

CREATE MATERIALIZED VIEW IF NOT EXISTS latency_recent ON CLUSTER `odograph` REFRESH EVERY 1 MINUTE APPEND TO latency_counts AS
WITH toStartOfMinute(now() - toIntervalMinute(20)) AS since
SELECT minute, source, sum(stored) AS fixes,
    quantilesDDStateIf(0.01, 0.5, 0.9, 0.99)(until_received, stored) AS fix_to_received,
    quantilesDDStateIf(0.01, 0.5, 0.9, 0.99)(until_inserted, stored) AS received_to_inserted,
    quantilesDDStateIf(0.01, 0.5, 0.9, 0.99)(until_received + until_inserted, stored) AS fix_to_inserted,
    max(until_received) AS max_fix_to_received_s, max(until_inserted) AS max_received_to_inserted_s, max(until_received + until_inserted) AS max_fix_to_inserted_s,
    now64(3, 'UTC') AS computed_time
FROM
(
    SELECT toStartOfMinute(inserted_time)::DateTime('UTC') AS minute, source, true AS stored,
        greatest(0, dateDiff('millisecond', fix_time, received_time)) / 1000 AS until_received,
        greatest(0, dateDiff('millisecond', received_time, inserted_time)) / 1000 AS until_inserted
    FROM fixes FINAL
    WHERE inserted_time >= since
    UNION ALL
    SELECT minute, source, false, 0, 0 FROM latency_counts FINAL WHERE minute >= since
)
GROUP BY minute, source;

CREATE MATERIALIZED VIEW IF NOT EXISTS latency_sweep ON CLUSTER `odograph` REFRESH EVERY 1 DAY APPEND TO latency_counts AS
WITH toStartOfMinute(now() - toIntervalDay(3)) AS since
SELECT minute, source, sum(stored) AS fixes,
    quantilesDDStateIf(0.01, 0.5, 0.9, 0.99)(until_received, stored) AS fix_to_received,
    quantilesDDStateIf(0.01, 0.5, 0.9, 0.99)(until_inserted, stored) AS received_to_inserted,
    quantilesDDStateIf(0.01, 0.5, 0.9, 0.99)(until_received + until_inserted, stored) AS fix_to_inserted,
    max(until_received) AS max_fix_to_received_s, max(until_inserted) AS max_received_to_inserted_s, max(until_received + until_inserted) AS max_fix_to_inserted_s,
    now64(3, 'UTC') AS computed_time
FROM
(
    SELECT toStartOfMinute(inserted_time)::DateTime('UTC') AS minute, source, true AS stored,
        greatest(0, dateDiff('millisecond', fix_time, received_time)) / 1000 AS until_received,
        greatest(0, dateDiff('millisecond', received_time, inserted_time)) / 1000 AS until_inserted
    FROM fixes FINAL
    WHERE inserted_time >= since
    UNION ALL
    SELECT minute, source, false, 0, 0 FROM latency_counts FINAL WHERE minute >= since
)
GROUP BY minute, source;

CREATE OR REPLACE VIEW latency_minutes ON CLUSTER `odograph`
(
    minute DateTime('UTC') COMMENT 'in which the fixes were inserted',
    source LowCardinality(String) COMMENT 'interface that brought them first',
    stage  LowCardinality(String) COMMENT 'fix_to_received (device, network and platform), received_to_inserted (Odograph) or fix_to_inserted (both)',
    fixes  UInt64 COMMENT 'distinct fixes',
    p50_s  Float64 COMMENT 'seconds, median; 1 % accurate',
    p90_s  Float64 COMMENT 'seconds, 1 % accurate',
    p99_s  Float64 COMMENT 'seconds, 1 % accurate',
    max_s  Float64 COMMENT 'seconds'
)
AS
SELECT minute, source, stage, n AS fixes, quantiles[1] AS p50_s, quantiles[2] AS p90_s, quantiles[3] AS p99_s, longest AS max_s
FROM
(
    SELECT c.minute AS minute, source, sum(c.fixes) AS n,
        [('fix_to_received', quantilesDDMerge(0.01, 0.5, 0.9, 0.99)(c.fix_to_received), max(c.max_fix_to_received_s)),
         ('received_to_inserted', quantilesDDMerge(0.01, 0.5, 0.9, 0.99)(c.received_to_inserted), max(c.max_received_to_inserted_s)),
         ('fix_to_inserted', quantilesDDMerge(0.01, 0.5, 0.9, 0.99)(c.fix_to_inserted), max(c.max_fix_to_inserted_s))] AS stages
    FROM latency_counts AS c FINAL
    WHERE c.fixes > 0
    GROUP BY minute, source
)
ARRAY JOIN stages.1 AS stage, stages.2 AS quantiles, stages.3 AS longest
COMMENT 'One row is one minute, source and stage: how long fixes took';

CREATE OR REPLACE VIEW latency_hourly ON CLUSTER `odograph`
(
    hour DateTime('UTC') COMMENT 'in which the fixes were inserted',
    source LowCardinality(String) COMMENT 'interface that brought them first',
    stage  LowCardinality(String) COMMENT 'fix_to_received (device, network and platform), received_to_inserted (Odograph) or fix_to_inserted (both)',
    fixes  UInt64 COMMENT 'distinct fixes',
    p50_s  Float64 COMMENT 'seconds, median; 1 % accurate',
    p90_s  Float64 COMMENT 'seconds, 1 % accurate',
    p99_s  Float64 COMMENT 'seconds, 1 % accurate',
    max_s  Float64 COMMENT 'seconds'
)
AS
SELECT hour, source, stage, n AS fixes, quantiles[1] AS p50_s, quantiles[2] AS p90_s, quantiles[3] AS p99_s, longest AS max_s
FROM
(
    SELECT toStartOfHour(c.minute) AS hour, source, sum(c.fixes) AS n,
        [('fix_to_received', quantilesDDMerge(0.01, 0.5, 0.9, 0.99)(c.fix_to_received), max(c.max_fix_to_received_s)),
         ('received_to_inserted', quantilesDDMerge(0.01, 0.5, 0.9, 0.99)(c.received_to_inserted), max(c.max_received_to_inserted_s)),
         ('fix_to_inserted', quantilesDDMerge(0.01, 0.5, 0.9, 0.99)(c.fix_to_inserted), max(c.max_fix_to_inserted_s))] AS stages
    FROM latency_counts AS c FINAL
    WHERE c.fixes > 0
    GROUP BY hour, source
)
ARRAY JOIN stages.1 AS stage, stages.2 AS quantiles, stages.3 AS longest
COMMENT 'One row is one hour, source and stage: how long fixes took';

CREATE MATERIALIZED VIEW IF NOT EXISTS cell_days_sweep ON CLUSTER `odograph` REFRESH EVERY 1 HOUR APPEND TO cell_days AS
WITH
    (
        SELECT groupArray(31)(day) FROM
        (
            SELECT day FROM
            (
                SELECT toDate(hour, 'UTC') AS day, 2 * sum(usable_fixes) AS hours_fixes, 0 AS cells_fixes, max(computed_time) AS hours_time, toDateTime64(0, 3, 'UTC') AS cells_time
                FROM device_hours FINAL GROUP BY day
                UNION ALL
                SELECT day, 0, sum(fixes), toDateTime64(0, 3, 'UTC'), min(computed_time) FROM cell_days FINAL GROUP BY day
            )
            GROUP BY day
            HAVING sum(hours_fixes) > 0 AND sum(hours_fixes) >= sum(cells_fixes) AND (sum(hours_fixes) != sum(cells_fixes) OR max(hours_time) > max(cells_time))
            ORDER BY day DESC
        )
    ) AS days
SELECT day, resolution, cell, sum(n) AS fixes, sum(moving) AS moving_fixes, max(vehicles) AS devices, sum(speeds) AS speed_sum_kmh, now64(3, 'UTC') AS computed_time
FROM
(
    SELECT toDate(fix_time, 'UTC') AS day, c.1 AS resolution, c.2 AS cell, count() AS n, countIf(ifNull(speed_kmh >= 3, false)) AS moving,
        uniqExact(imei) AS vehicles, sumIf(ifNull(speed_kmh, 0)::Float64, ifNull(speed_kmh >= 3, false)) AS speeds
    FROM fixes FINAL
    ARRAY JOIN [(7, h3_r7), (9, h3_r9)]::Array(Tuple(UInt8, UInt64)) AS c
    WHERE toDate(fix_time, 'UTC') IN (SELECT arrayJoin(days)) AND NOT hasAny(quality, ['zero_position', 'no_fix', 'future', 'jump', 'hemisphere', 'lbs', 'wifi'])
    GROUP BY day, resolution, cell
    UNION ALL
    SELECT day, resolution, cell, 0, 0, 0, 0 FROM cell_days FINAL WHERE day IN (SELECT arrayJoin(days))
)
GROUP BY day, resolution, cell
SETTINGS max_bytes_before_external_group_by = 1000000000;

CREATE TABLE IF NOT EXISTS driving_rules ON CLUSTER `odograph`
(
    rule_version       String COMMENT 'as in driving_events',
    measured_gap_s     UInt32 COMMENT 'seconds between two fixes up to which an event is measured',
    inferred_gap_s     UInt32 COMMENT 'seconds up to which it is inferred; beyond nothing is said',
    corner_gap_s       UInt32 COMMENT 'seconds up to which a cornering can be seen',
    min_speed_kmh      Float64 COMMENT 'km/h, of the faster of two fixes, for braking and acceleration',
    min_corner_kmh     Float64 COMMENT 'km/h, likewise, for cornering',
    min_corner_deg     Float64 COMMENT 'degrees that a cornering turns at least',
    max_turn_deg_s     Float64 COMMENT 'degrees a second; more is noise',
    min_run_fixes      UInt32 COMMENT 'fixes in a row, none further apart than inferred_gap_s',
    min_satellites     Int32 COMMENT 'of both fixes, where known',
    require_ignition   Bool COMMENT 'on at both fixes, where known',
    implied_speed_kmh  Float64 COMMENT 'km/h; more from one position to the next is a fault',
    speed_vs_distance  Float64 COMMENT 'share by which way and speed may differ',
    distance_slack_m   Float64 COMMENT 'metres by which they always may',
    max_abs_mps2       Float64 COMMENT 'm/s²; more is beyond tyres',
    held_position_m    Float64 COMMENT 'metres driven by its speed while the position stood still',
    held_quarantine_s  UInt32 COMMENT 'seconds for which such a device is not trusted',
    held_min_speed_kmh Float64 COMMENT 'km/h; slower than this a receiver may pin the position',
    damping_s          Float64 COMMENT 'seconds added to the gap when dividing',
    merge_s            UInt32 COMMENT 'seconds; passed thresholds no further apart are one event',
    cooldown_s         UInt32 COMMENT 'seconds after an event before the next of its kind',
    loaded_time        DateTime64(3, 'UTC') DEFAULT now64(3) COMMENT 'of several versions the newest is what harsh_from_history takes where none is named'
)
ENGINE = ReplicatedReplacingMergeTree('/clickhouse/tables/all/{database}/driving_rules/170', '{shard}-{replica}', loaded_time)
ORDER BY rule_version
COMMENT 'One row is one version of the rules of harsh driving, as far as harsh_from_history needs them; the command "odograph rules" prints it for a file of your own';

CREATE TABLE IF NOT EXISTS driving_thresholds ON CLUSTER `odograph`
(
    rule_version  String COMMENT 'as in driving_rules',
    vehicle_class LowCardinality(String) COMMENT 'car, van, truck, bus or motorcycle',
    kind          LowCardinality(String) COMMENT 'harsh_braking, harsh_acceleration or harsh_cornering',
    gap_s         UInt32 COMMENT 'seconds between two fixes',
    low_mps2      Float64 COMMENT 'm/s² at which low severity begins over this gap',
    medium_mps2   Float64 COMMENT 'm/s² at which medium severity begins',
    high_mps2     Float64 COMMENT 'm/s² at which high severity begins'
)
ENGINE = ReplicatedReplacingMergeTree('/clickhouse/tables/all/{database}/driving_thresholds/171', '{shard}-{replica}')
ORDER BY (rule_version, vehicle_class, kind, gap_s)
COMMENT 'One row is what a harsh event has to pass, by version of the rules, class, kind and gap; a kind that is off has no rows';

INSERT INTO driving_rules (rule_version, measured_gap_s, inferred_gap_s, corner_gap_s, min_speed_kmh, min_corner_kmh, min_corner_deg, max_turn_deg_s, min_run_fixes, min_satellites, require_ignition,
    implied_speed_kmh, speed_vs_distance, distance_slack_m, max_abs_mps2, held_position_m, held_quarantine_s, held_min_speed_kmh, damping_s, merge_s, cooldown_s)
VALUES ('default-1+178da2b2', 3, 10, 3, 10, 20, 15, 60, 3, 5, true, 220, 0.5, 30, 9, 15, 900, 5, 0, 5, 10);

INSERT INTO driving_thresholds (rule_version, vehicle_class, kind, gap_s, low_mps2, medium_mps2, high_mps2)
VALUES
    ('default-1+178da2b2', 'car', 'harsh_braking', 1, 2.4, 3.1, 4),
    ('default-1+178da2b2', 'car', 'harsh_braking', 2, 2.16, 2.79, 3.6),
    ('default-1+178da2b2', 'car', 'harsh_braking', 3, 1.92, 2.4800000000000004, 3.2),
    ('default-1+178da2b2', 'car', 'harsh_braking', 4, 1.92, 2.4800000000000004, 3.2),
    ('default-1+178da2b2', 'car', 'harsh_braking', 5, 1.7999999999999998, 2.325, 3),
    ('default-1+178da2b2', 'car', 'harsh_braking', 6, 1.728, 2.2319999999999998, 2.88),
    ('default-1+178da2b2', 'car', 'harsh_braking', 7, 1.656, 2.139, 2.76),
    ('default-1+178da2b2', 'car', 'harsh_braking', 8, 1.584, 2.0460000000000003, 2.64),
    ('default-1+178da2b2', 'car', 'harsh_braking', 9, 1.512, 1.953, 2.52),
    ('default-1+178da2b2', 'car', 'harsh_braking', 10, 1.44, 1.8599999999999999, 2.4),
    ('default-1+178da2b2', 'car', 'harsh_acceleration', 1, 2.5, 3.1, 4),
    ('default-1+178da2b2', 'car', 'harsh_acceleration', 2, 2.25, 2.79, 3.6),
    ('default-1+178da2b2', 'car', 'harsh_acceleration', 3, 2, 2.4800000000000004, 3.2),
    ('default-1+178da2b2', 'car', 'harsh_acceleration', 4, 2, 2.4800000000000004, 3.2),
    ('default-1+178da2b2', 'car', 'harsh_acceleration', 5, 1.875, 2.325, 3),
    ('default-1+178da2b2', 'car', 'harsh_acceleration', 6, 1.7999999999999998, 2.2319999999999998, 2.88),
    ('default-1+178da2b2', 'car', 'harsh_acceleration', 7, 1.7249999999999999, 2.139, 2.76),
    ('default-1+178da2b2', 'car', 'harsh_acceleration', 8, 1.6500000000000001, 2.0460000000000003, 2.64),
    ('default-1+178da2b2', 'car', 'harsh_acceleration', 9, 1.575, 1.953, 2.52),
    ('default-1+178da2b2', 'car', 'harsh_acceleration', 10, 1.5, 1.8599999999999999, 2.4),
    ('default-1+178da2b2', 'car', 'harsh_cornering', 1, 2.5, 3, 4),
    ('default-1+178da2b2', 'car', 'harsh_cornering', 2, 2.375, 2.8499999999999996, 3.8),
    ('default-1+178da2b2', 'car', 'harsh_cornering', 3, 2.25, 2.7, 3.6),
    ('default-1+178da2b2', 'car', 'harsh_cornering', 4, 2.25, 2.7, 3.6),
    ('default-1+178da2b2', 'car', 'harsh_cornering', 5, 2.25, 2.7, 3.6),
    ('default-1+178da2b2', 'car', 'harsh_cornering', 6, 2.25, 2.7, 3.6),
    ('default-1+178da2b2', 'car', 'harsh_cornering', 7, 2.25, 2.7, 3.6),
    ('default-1+178da2b2', 'car', 'harsh_cornering', 8, 2.25, 2.7, 3.6),
    ('default-1+178da2b2', 'car', 'harsh_cornering', 9, 2.25, 2.7, 3.6),
    ('default-1+178da2b2', 'car', 'harsh_cornering', 10, 2.25, 2.7, 3.6),
    ('default-1+178da2b2', 'van', 'harsh_braking', 1, 2.3, 2.9, 3.7),
    ('default-1+178da2b2', 'van', 'harsh_braking', 2, 2.07, 2.61, 3.33),
    ('default-1+178da2b2', 'van', 'harsh_braking', 3, 1.8399999999999999, 2.32, 2.9600000000000004),
    ('default-1+178da2b2', 'van', 'harsh_braking', 4, 1.8399999999999999, 2.32, 2.9600000000000004),
    ('default-1+178da2b2', 'van', 'harsh_braking', 5, 1.7249999999999999, 2.175, 2.7750000000000004),
    ('default-1+178da2b2', 'van', 'harsh_braking', 6, 1.656, 2.088, 2.664),
    ('default-1+178da2b2', 'van', 'harsh_braking', 7, 1.5869999999999997, 2.001, 2.553),
    ('default-1+178da2b2', 'van', 'harsh_braking', 8, 1.518, 1.914, 2.442),
    ('default-1+178da2b2', 'van', 'harsh_braking', 9, 1.4489999999999998, 1.827, 2.331),
    ('default-1+178da2b2', 'van', 'harsh_braking', 10, 1.38, 1.74, 2.22),
    ('default-1+178da2b2', 'van', 'harsh_acceleration', 1, 2.3, 2.9, 3.7),
    ('default-1+178da2b2', 'van', 'harsh_acceleration', 2, 2.07, 2.61, 3.33),
    ('default-1+178da2b2', 'van', 'harsh_acceleration', 3, 1.8399999999999999, 2.32, 2.9600000000000004),
    ('default-1+178da2b2', 'van', 'harsh_acceleration', 4, 1.8399999999999999, 2.32, 2.9600000000000004),
    ('default-1+178da2b2', 'van', 'harsh_acceleration', 5, 1.7249999999999999, 2.175, 2.7750000000000004),
    ('default-1+178da2b2', 'van', 'harsh_acceleration', 6, 1.656, 2.088, 2.664),
    ('default-1+178da2b2', 'van', 'harsh_acceleration', 7, 1.5869999999999997, 2.001, 2.553),
    ('default-1+178da2b2', 'van', 'harsh_acceleration', 8, 1.518, 1.914, 2.442),
    ('default-1+178da2b2', 'van', 'harsh_acceleration', 9, 1.4489999999999998, 1.827, 2.331),
    ('default-1+178da2b2', 'van', 'harsh_acceleration', 10, 1.38, 1.74, 2.22),
    ('default-1+178da2b2', 'van', 'harsh_cornering', 1, 2.3, 2.8, 3.7),
    ('default-1+178da2b2', 'van', 'harsh_cornering', 2, 2.1849999999999996, 2.6599999999999997, 3.515),
    ('default-1+178da2b2', 'van', 'harsh_cornering', 3, 2.07, 2.52, 3.33),
    ('default-1+178da2b2', 'van', 'harsh_cornering', 4, 2.07, 2.52, 3.33),
    ('default-1+178da2b2', 'van', 'harsh_cornering', 5, 2.07, 2.52, 3.33),
    ('default-1+178da2b2', 'van', 'harsh_cornering', 6, 2.07, 2.52, 3.33),
    ('default-1+178da2b2', 'van', 'harsh_cornering', 7, 2.07, 2.52, 3.33),
    ('default-1+178da2b2', 'van', 'harsh_cornering', 8, 2.07, 2.52, 3.33),
    ('default-1+178da2b2', 'van', 'harsh_cornering', 9, 2.07, 2.52, 3.33),
    ('default-1+178da2b2', 'van', 'harsh_cornering', 10, 2.07, 2.52, 3.33),
    ('default-1+178da2b2', 'truck', 'harsh_braking', 1, 2, 2.5, 3.2),
    ('default-1+178da2b2', 'truck', 'harsh_braking', 2, 1.8, 2.25, 2.8800000000000003),
    ('default-1+178da2b2', 'truck', 'harsh_braking', 3, 1.6, 2, 2.5600000000000005),
    ('default-1+178da2b2', 'truck', 'harsh_braking', 4, 1.6, 2, 2.5600000000000005),
    ('default-1+178da2b2', 'truck', 'harsh_braking', 5, 1.5, 1.875, 2.4000000000000004),
    ('default-1+178da2b2', 'truck', 'harsh_braking', 6, 1.44, 1.7999999999999998, 2.304),
    ('default-1+178da2b2', 'truck', 'harsh_braking', 7, 1.38, 1.7249999999999999, 2.2079999999999997),
    ('default-1+178da2b2', 'truck', 'harsh_braking', 8, 1.32, 1.6500000000000001, 2.112),
    ('default-1+178da2b2', 'truck', 'harsh_braking', 9, 1.26, 1.575, 2.016),
    ('default-1+178da2b2', 'truck', 'harsh_braking', 10, 1.2, 1.5, 1.92),
    ('default-1+178da2b2', 'truck', 'harsh_acceleration', 1, 1.7, 2.2, 2.8),
    ('default-1+178da2b2', 'truck', 'harsh_acceleration', 2, 1.53, 1.9800000000000002, 2.52),
    ('default-1+178da2b2', 'truck', 'harsh_acceleration', 3, 1.36, 1.7600000000000002, 2.2399999999999998),
    ('default-1+178da2b2', 'truck', 'harsh_acceleration', 4, 1.36, 1.7600000000000002, 2.2399999999999998),
    ('default-1+178da2b2', 'truck', 'harsh_acceleration', 5, 1.275, 1.6500000000000001, 2.0999999999999996),
    ('default-1+178da2b2', 'truck', 'harsh_acceleration', 6, 1.224, 1.584, 2.016),
    ('default-1+178da2b2', 'truck', 'harsh_acceleration', 7, 1.2, 1.518, 1.9319999999999997),
    ('default-1+178da2b2', 'truck', 'harsh_acceleration', 8, 1.2, 1.4520000000000002, 1.8479999999999999),
    ('default-1+178da2b2', 'truck', 'harsh_acceleration', 9, 1.2, 1.3860000000000001, 1.7639999999999998),
    ('default-1+178da2b2', 'truck', 'harsh_acceleration', 10, 1.2, 1.32, 1.68),
    ('default-1+178da2b2', 'truck', 'harsh_cornering', 1, 1.8, 2.2, 2.8),
    ('default-1+178da2b2', 'truck', 'harsh_cornering', 2, 1.71, 2.09, 2.6599999999999997),
    ('default-1+178da2b2', 'truck', 'harsh_cornering', 3, 1.62, 1.9800000000000002, 2.52),
    ('default-1+178da2b2', 'truck', 'harsh_cornering', 4, 1.62, 1.9800000000000002, 2.52),
    ('default-1+178da2b2', 'truck', 'harsh_cornering', 5, 1.62, 1.9800000000000002, 2.52),
    ('default-1+178da2b2', 'truck', 'harsh_cornering', 6, 1.62, 1.9800000000000002, 2.52),
    ('default-1+178da2b2', 'truck', 'harsh_cornering', 7, 1.62, 1.9800000000000002, 2.52),
    ('default-1+178da2b2', 'truck', 'harsh_cornering', 8, 1.62, 1.9800000000000002, 2.52),
    ('default-1+178da2b2', 'truck', 'harsh_cornering', 9, 1.62, 1.9800000000000002, 2.52),
    ('default-1+178da2b2', 'truck', 'harsh_cornering', 10, 1.62, 1.9800000000000002, 2.52),
    ('default-1+178da2b2', 'bus', 'harsh_braking', 1, 1.8, 2.2, 2.8),
    ('default-1+178da2b2', 'bus', 'harsh_braking', 2, 1.62, 1.9800000000000002, 2.52),
    ('default-1+178da2b2', 'bus', 'harsh_braking', 3, 1.4400000000000002, 1.7600000000000002, 2.2399999999999998),
    ('default-1+178da2b2', 'bus', 'harsh_braking', 4, 1.4400000000000002, 1.7600000000000002, 2.2399999999999998),
    ('default-1+178da2b2', 'bus', 'harsh_braking', 5, 1.35, 1.6500000000000001, 2.0999999999999996),
    ('default-1+178da2b2', 'bus', 'harsh_braking', 6, 1.296, 1.584, 2.016),
    ('default-1+178da2b2', 'bus', 'harsh_braking', 7, 1.242, 1.518, 1.9319999999999997),
    ('default-1+178da2b2', 'bus', 'harsh_braking', 8, 1.2, 1.4520000000000002, 1.8479999999999999),
    ('default-1+178da2b2', 'bus', 'harsh_braking', 9, 1.2, 1.3860000000000001, 1.7639999999999998),
    ('default-1+178da2b2', 'bus', 'harsh_braking', 10, 1.2, 1.32, 1.68),
    ('default-1+178da2b2', 'bus', 'harsh_acceleration', 1, 1.6, 2, 2.5),
    ('default-1+178da2b2', 'bus', 'harsh_acceleration', 2, 1.4400000000000002, 1.8, 2.25),
    ('default-1+178da2b2', 'bus', 'harsh_acceleration', 3, 1.2800000000000002, 1.6, 2),
    ('default-1+178da2b2', 'bus', 'harsh_acceleration', 4, 1.2800000000000002, 1.6, 2),
    ('default-1+178da2b2', 'bus', 'harsh_acceleration', 5, 1.2000000000000002, 1.5, 1.875),
    ('default-1+178da2b2', 'bus', 'harsh_acceleration', 6, 1.2, 1.44, 1.7999999999999998),
    ('default-1+178da2b2', 'bus', 'harsh_acceleration', 7, 1.2, 1.38, 1.7249999999999999),
    ('default-1+178da2b2', 'bus', 'harsh_acceleration', 8, 1.2, 1.32, 1.6500000000000001),
    ('default-1+178da2b2', 'bus', 'harsh_acceleration', 9, 1.2, 1.26, 1.575),
    ('default-1+178da2b2', 'bus', 'harsh_acceleration', 10, 1.2, 1.2, 1.5),
    ('default-1+178da2b2', 'bus', 'harsh_cornering', 1, 1.6, 2, 2.5),
    ('default-1+178da2b2', 'bus', 'harsh_cornering', 2, 1.52, 1.9, 2.375),
    ('default-1+178da2b2', 'bus', 'harsh_cornering', 3, 1.4400000000000002, 1.8, 2.25),
    ('default-1+178da2b2', 'bus', 'harsh_cornering', 4, 1.4400000000000002, 1.8, 2.25),
    ('default-1+178da2b2', 'bus', 'harsh_cornering', 5, 1.4400000000000002, 1.8, 2.25),
    ('default-1+178da2b2', 'bus', 'harsh_cornering', 6, 1.4400000000000002, 1.8, 2.25),
    ('default-1+178da2b2', 'bus', 'harsh_cornering', 7, 1.4400000000000002, 1.8, 2.25),
    ('default-1+178da2b2', 'bus', 'harsh_cornering', 8, 1.4400000000000002, 1.8, 2.25),
    ('default-1+178da2b2', 'bus', 'harsh_cornering', 9, 1.4400000000000002, 1.8, 2.25),
    ('default-1+178da2b2', 'bus', 'harsh_cornering', 10, 1.4400000000000002, 1.8, 2.25),
    ('default-1+178da2b2', 'motorcycle', 'harsh_braking', 1, 2.8, 3.4, 4.3),
    ('default-1+178da2b2', 'motorcycle', 'harsh_braking', 2, 2.52, 3.06, 3.87),
    ('default-1+178da2b2', 'motorcycle', 'harsh_braking', 3, 2.2399999999999998, 2.72, 3.44),
    ('default-1+178da2b2', 'motorcycle', 'harsh_braking', 4, 2.2399999999999998, 2.72, 3.44),
    ('default-1+178da2b2', 'motorcycle', 'harsh_braking', 5, 2.0999999999999996, 2.55, 3.2249999999999996),
    ('default-1+178da2b2', 'motorcycle', 'harsh_braking', 6, 2.016, 2.448, 3.0959999999999996),
    ('default-1+178da2b2', 'motorcycle', 'harsh_braking', 7, 1.9319999999999997, 2.3459999999999996, 2.9669999999999996),
    ('default-1+178da2b2', 'motorcycle', 'harsh_braking', 8, 1.8479999999999999, 2.244, 2.838),
    ('default-1+178da2b2', 'motorcycle', 'harsh_braking', 9, 1.7639999999999998, 2.142, 2.709),
    ('default-1+178da2b2', 'motorcycle', 'harsh_braking', 10, 1.68, 2.04, 2.5799999999999996),
    ('default-1+178da2b2', 'motorcycle', 'harsh_acceleration', 1, 2.8, 3.4, 4.3),
    ('default-1+178da2b2', 'motorcycle', 'harsh_acceleration', 2, 2.52, 3.06, 3.87),
    ('default-1+178da2b2', 'motorcycle', 'harsh_acceleration', 3, 2.2399999999999998, 2.72, 3.44),
    ('default-1+178da2b2', 'motorcycle', 'harsh_acceleration', 4, 2.2399999999999998, 2.72, 3.44),
    ('default-1+178da2b2', 'motorcycle', 'harsh_acceleration', 5, 2.0999999999999996, 2.55, 3.2249999999999996),
    ('default-1+178da2b2', 'motorcycle', 'harsh_acceleration', 6, 2.016, 2.448, 3.0959999999999996),
    ('default-1+178da2b2', 'motorcycle', 'harsh_acceleration', 7, 1.9319999999999997, 2.3459999999999996, 2.9669999999999996),
    ('default-1+178da2b2', 'motorcycle', 'harsh_acceleration', 8, 1.8479999999999999, 2.244, 2.838),
    ('default-1+178da2b2', 'motorcycle', 'harsh_acceleration', 9, 1.7639999999999998, 2.142, 2.709),
    ('default-1+178da2b2', 'motorcycle', 'harsh_acceleration', 10, 1.68, 2.04, 2.5799999999999996);

CREATE OR REPLACE VIEW device_classes ON CLUSTER `odograph`
(
    imei          String,
    vehicle_class String COMMENT 'car, van, truck, bus or motorcycle: whose thresholds the rules take; car where the definition says nothing'
)
AS
WITH
    [('minibus', 'bus'), ('bus', 'bus'), ('coach', 'bus'),
     ('mtc', 'motorcycle'), ('moto', 'motorcycle'), ('motorbike', 'motorcycle'), ('scooter', 'motorcycle'), ('moped', 'motorcycle'), ('bike', 'motorcycle'),
     ('pickup', 'car'), ('pick-up', 'car'), ('suv', 'car'), ('taxi', 'car'), ('per', 'car'), ('auto', 'car'), ('car', 'car'), ('sedan', 'car'),
     ('van', 'van'), ('minivan', 'van'), ('light truck', 'van'), ('light_truck', 'van'), ('transporter', 'van'),
     ('truck', 'truck'), ('lorry', 'truck'), ('hgv', 'truck'), ('heavy', 'truck'), ('tractor', 'truck'), ('trailer', 'truck'), ('tanker', 'truck')] AS words,
    lower(trimBoth(d.vehicle_class)) AS word
SELECT imei,
    coalesce(nullIf(arrayFirst(w -> startsWith(word, w.1), words).2, ''),
        nullIf(arrayFirst(c -> c != '', arrayMap(part -> arrayFirst(w -> w.1 = part, words).2, splitByRegexp('[^a-z]+', word))), ''), 'car') AS vehicle_class
FROM devices_now AS d
COMMENT 'One row is one device and its class, read out of the word that its definition has';

CREATE OR REPLACE VIEW harsh_from_history ON CLUSTER `odograph`
(
    imei             String,
    kind             String COMMENT 'harsh_braking, harsh_acceleration or harsh_cornering',
    start_time       DateTime64(3, 'UTC') COMMENT 'first fix of the first pair of fixes that passed its threshold',
    end_time         DateTime64(3, 'UTC') COMMENT 'second fix of the last one',
    severity         LowCardinality(String) COMMENT 'low, medium or high, by the fixes alone: an alarm of the device may raise the stored one',
    peak_mps2        Float64 COMMENT 'm/s², mean over the gap of the peak',
    threshold_mps2   Float64 COMMENT 'm/s² that had to be passed over this gap',
    gap_s            Int64 COMMENT 'seconds between the two fixes of the peak',
    speed_before_kmh Float64 COMMENT 'km/h, at the first fix of the peak',
    speed_after_kmh  Float64 COMMENT 'km/h, at the second',
    peak_heading_change_deg Nullable(Int64) COMMENT 'degrees, of a cornering, within the peak, positive to the right',
    heading_change_deg      Nullable(Int64) COMMENT 'degrees, of a cornering, over the whole event',
    lat              Float64 COMMENT 'degrees, WGS-84, of the second fix of the peak',
    lng              Float64 COMMENT 'degrees, WGS-84',
    confidence       LowCardinality(String) COMMENT 'measured or inferred',
    vehicle_class    String COMMENT 'whose thresholds were taken, by the definition that holds today',
    rule_version     String
)
AS
WITH
    (
        SELECT argMax(tuple(rule_version, measured_gap_s, inferred_gap_s, corner_gap_s, min_speed_kmh, min_corner_kmh, min_corner_deg, max_turn_deg_s, min_run_fixes, min_satellites, require_ignition,
                implied_speed_kmh, speed_vs_distance, distance_slack_m, max_abs_mps2, held_position_m, held_quarantine_s, held_min_speed_kmh, damping_s, merge_s, cooldown_s), loaded_time)
            ::Tuple(version String, measured_gap_s Int64, inferred_gap_s Int64, corner_gap_s Int64, min_speed_kmh Float64, min_corner_kmh Float64, min_corner_deg Float64, max_turn_deg_s Float64,
                min_run_fixes UInt64, min_satellites Int32, require_ignition Bool, implied_speed_kmh Float64, speed_vs_distance Float64, distance_slack_m Float64, max_abs_mps2 Float64,
                held_position_m Float64, held_quarantine_s Int64, held_min_speed_kmh Float64, damping_s Float64, merge_s Int64, cooldown_s Int64)
        FROM driving_rules FINAL
        WHERE {rule_version:String} IN ('', rule_version)
    ) AS r,
    (SELECT min(low_mps2) FROM driving_thresholds FINAL WHERE rule_version = r.version) AS least_mps2,
    entries AS
    (
        SELECT imei, toUnixTimestamp64Second(fix_time) AS t, lat, lng, round(assumeNotNull(speed_kmh) * 10)::Int64 AS v, if(heading_deg BETWEEN 0 AND 360, round(assumeNotNull(heading_deg))::Int64 % 360, -1) AS h,
            ifNull(satellites BETWEEN 0 AND r.min_satellites - 1, false) OR (r.require_ignition AND ifNull(NOT acc, false)) AS gated
        FROM fixes FINAL
        WHERE ({imei:String} = '' OR imei = {imei:String})
            AND fix_time >= {from:DateTime64(0, 'UTC')} - toIntervalHour(1) AND fix_time < {to:DateTime64(0, 'UTC')} + toIntervalMinute(2)
            AND NOT hasAny(quality, ['zero_position', 'no_fix', 'lbs', 'wifi', 'jump']) AND pos_type != 'beacon' AND ifNull(post_method, 0) NOT IN (4, 5, 10, 13, 14)
            AND speed_kmh >= 0 AND speed_kmh <= r.implied_speed_kmh
    ),
    steps AS
    (
        SELECT *, t - bt AS gap, bt = 0 OR gap > r.inferred_gap_s AS restart,
            if(restart, 0, (v - bv) / 36 / (gap + r.damping_s)) AS a,
            if(bbt = 0 OR t - bbt > r.inferred_gap_s, 0, abs((v - bbv) / 36 / (t - bbt + r.damping_s))) AS a_over_two,
            abs(a) > r.max_abs_mps2 AS leap
        FROM
        (
            SELECT *, lagInFrame(t) OVER w AS bt, lagInFrame(v) OVER w AS bv, lagInFrame(h) OVER w AS bh, lagInFrame(lat) OVER w AS blat, lagInFrame(lng) OVER w AS blng,
                lagInFrame(gated) OVER w AS bgated, lagInFrame(t, 2) OVER w AS bbt, lagInFrame(v, 2) OVER w AS bbv
            FROM entries
            WINDOW w AS (PARTITION BY imei ORDER BY t ROWS BETWEEN 2 PRECEDING AND CURRENT ROW)
        )
    ),
    pairs AS
    (
        SELECT *, NOT restart AND NOT leap AND (NOT after_leap OR abs(a) < a_over_two) AS compared,
            NOT restart AND lat = blat AND lng = blng AS held,
            sum(restart) OVER w AS stretch, sum(NOT held) OVER w AS held_stretch,
            if(held AND least(v, bv) >= r.held_min_speed_kmh * 10, intDiv(least(v, bv) * gap * 100, 36), 0) AS held_cm
        FROM (SELECT *, lagInFrame(leap) OVER (PARTITION BY imei ORDER BY t ROWS BETWEEN 1 PRECEDING AND CURRENT ROW) AS after_leap FROM steps)
        WINDOW w AS (PARTITION BY imei ORDER BY t ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW)
    ),
    judged AS
    (
        SELECT *, max(if(held AND held_sum_cm >= r.held_position_m * 100, t + r.held_quarantine_s, 0)) OVER (PARTITION BY imei ORDER BY t ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW) AS held_until
        FROM
        (
            SELECT *, row_number() OVER (PARTITION BY imei, stretch ORDER BY t) AS run,
                sum(held_cm) OVER (PARTITION BY imei, held_stretch ORDER BY t ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW) AS held_sum_cm
            FROM pairs
        )
    ),
    measured AS
    (
        SELECT p.imei AS imei, p.t AS t, p.bt AS bt, p.gap AS gap, p.v AS v, p.bv AS bv, p.lat AS lat, p.lng AS lng, p.turned AS turned, p.turns AS turns, p.vehicle_class AS vehicle_class,
            if(p.a < 0, 'harsh_braking', 'harsh_acceleration') AS kind, abs(p.a) AS size, s.low_mps2 AS low, s.medium_mps2 AS medium, s.high_mps2 AS high,
            p.corner_size AS corner_size, c.low_mps2 AS corner_low, c.medium_mps2 AS corner_medium, c.high_mps2 AS corner_high,
            p.run < r.min_run_fixes OR p.gated OR p.bgated OR (p.held AND (p.v + p.bv) * p.gap >= 100) OR p.t < p.held_until
                OR p.way > r.implied_speed_kmh / 3.6 * p.gap OR (abs(p.way - p.driven) > r.distance_slack_m AND abs(p.way - p.driven) > r.speed_vs_distance * p.driven) AS fault,
            low > 0 AND size >= low AND NOT fault AND greatest(v, bv) >= r.min_speed_kmh * 10 AS passes,
            corner_low > 0 AND corner_size >= corner_low AS corner_passes,
            corner_passes AND NOT fault AND greatest(v, bv) >= r.min_corner_kmh * 10 AND abs(turned) <= r.max_turn_deg_s * gap AS corners
        FROM
        (
            SELECT j.*, if(k.vehicle_class = '', 'car', k.vehicle_class) AS vehicle_class,
                if(gap <= r.corner_gap_s AND h >= 0 AND bh >= 0, (h - bh + 540) % 360 - 180, 0) AS turned, turned != 0 AND abs(turned) >= 3 * gap AS turns,
                (bv + v) / 72 * radians(abs(turned)) / (gap + r.damping_s) AS corner_size,
                greatCircleDistance(blng, blat, lng, lat) AS way, (bv + v) / 72 * gap AS driven
            FROM (SELECT * FROM judged WHERE compared) AS j
            LEFT JOIN device_classes AS k ON k.imei = j.imei
            WHERE abs(a) >= least_mps2 OR turns OR corner_size >= least_mps2
        ) AS p
        LEFT JOIN (SELECT * FROM driving_thresholds FINAL WHERE rule_version = r.version) AS s ON s.vehicle_class = p.vehicle_class AND s.gap_s = p.gap AND s.kind = if(p.a < 0, 'harsh_braking', 'harsh_acceleration')
        LEFT JOIN (SELECT * FROM driving_thresholds FINAL WHERE rule_version = r.version AND kind = 'harsh_cornering') AS c ON c.vehicle_class = p.vehicle_class AND c.gap_s = p.gap
    ),
    turned AS
    (
        SELECT *, if(turns, sum(turned) OVER (PARTITION BY imei, turn_number ORDER BY t ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW), 0) AS turn
        FROM
        (
            SELECT *, sum(NOT turns OR NOT turned_before OR t_before != bt OR sign(turned) != sign(change_before) OR fault_before) OVER (PARTITION BY imei ORDER BY t ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW) AS turn_number
            FROM
            (
                SELECT *, lagInFrame(turns) OVER w AS turned_before, lagInFrame(t) OVER w AS t_before, lagInFrame(turned) OVER w AS change_before, lagInFrame(corner_passes AND NOT corners) OVER w AS fault_before
                FROM measured
                WINDOW w AS (PARTITION BY imei ORDER BY t ROWS BETWEEN 1 PRECEDING AND CURRENT ROW)
            )
        )
    ),
    folded AS
    (
        SELECT imei, kind, vehicle_class, kind = 'harsh_cornering' AS corner,
            arraySort(x -> x.1, groupArray(tuple(t, bt, passes, turn, gap <= r.measured_gap_s, size, low, gap, bv, v, turned, lat, lng, medium, high))) AS rows,
            if(corner, r.min_corner_deg, 0) AS least_turn,
            arrayFold((s, x) -> arrayMap((goes, new, higher, further) -> (
                    if(new, abs(x.4) >= least_turn, s.1 OR (further AND abs(x.4) >= least_turn)),
                    if(new, x.1, s.2),
                    if(new OR (goes AND x.3), x.2, s.3),
                    if(new OR further, x.4, s.4),
                    if(new OR higher, x.5, s.5),
                    if(new AND s.1, arrayPushBack(s.6, (s.2, s.3, s.4, s.5.4)), s.6))::Tuple(Bool, Int64, Int64, Int64, Tuple(Bool, Float64, Float64, UInt32), Array(Tuple(Int64, Int64, Int64, UInt32))),
                [s.2 > 0 AND x.1 - s.3 <= r.merge_s],
                [x.3 AND NOT (s.2 > 0 AND x.1 - s.3 <= r.merge_s) AND NOT (s.1 AND x.1 - s.3 < r.cooldown_s)],
                [x.3 AND s.2 > 0 AND x.1 - s.3 <= r.merge_s AND if(x.5.1 = s.5.1, x.5.2 * s.5.3 > s.5.2 * x.5.3, x.5.1)],
                [s.2 > 0 AND x.1 - s.3 <= r.merge_s AND abs(x.4) > abs(s.4) AND (x.3 OR sign(x.4) = sign(s.4))])[1],
                arrayMap((x, n) -> (x.2, x.1, x.3, x.4, (x.5, x.6, x.7, n)), rows, arrayEnumerate(rows)),
                (false, 0, 0, 0, (false, 0., 0., 0), [])::Tuple(Bool, Int64, Int64, Int64, Tuple(Bool, Float64, Float64, UInt32), Array(Tuple(Int64, Int64, Int64, UInt32)))) AS s,
            if(s.1, arrayPushBack(s.6, (s.2, s.3, s.4, s.5.4)), s.6) AS events
        FROM
        (
            SELECT imei, vehicle_class, bt, t, gap, bv, v, lat, lng, c.1 AS kind, c.2 AS passes, c.3 AS turned, c.4 AS turn, c.5 AS size, c.6 AS low, c.7 AS medium, c.8 AS high
            FROM
            (
                SELECT imei, vehicle_class, bt, t, gap, bv, v, lat, lng, turns AND NOT corner_passes AS goes_on,
                    [tuple(kind, passes, 0, 0, size, low, medium, high), tuple('harsh_cornering', corners, turned, turn, corner_size, corner_low, corner_medium, corner_high)]
                        ::Array(Tuple(String, Bool, Int64, Int64, Float64, Float64, Float64, Float64)) AS both
                FROM turned
            )
            ARRAY JOIN both AS c
            WHERE c.2 OR (goes_on AND c.1 = 'harsh_cornering')
        )
        GROUP BY imei, kind, vehicle_class
    )
SELECT imei, kind, toDateTime64(e.1, 3, 'UTC') AS start_time, toDateTime64(e.2, 3, 'UTC') AS end_time,
    multiIf(peak.6 >= peak.15, 'high', peak.6 >= peak.14, 'medium', 'low') AS severity,
    peak.6 AS peak_mps2, peak.7 AS threshold_mps2, peak.8 AS gap_s, peak.9 / 10 AS speed_before_kmh, peak.10 / 10 AS speed_after_kmh,
    if(corner, peak.11, NULL) AS peak_heading_change_deg, if(corner, e.3, NULL) AS heading_change_deg, peak.12 AS lat, peak.13 AS lng,
    if(peak.5, 'measured', 'inferred') AS confidence, vehicle_class, r.version AS rule_version
FROM (SELECT imei, kind, vehicle_class, corner, rows, arrayJoin(events) AS e, rows[e.4] AS peak FROM folded)
WHERE start_time >= {from:DateTime64(0, 'UTC')} AND start_time < {to:DateTime64(0, 'UTC')}
COMMENT 'One row is one harsh event as the rules find it in the stored fixes, of a device (or all: imei empty), a time and a version of the rules (empty: the newest): SELECT * FROM harsh_from_history(imei = …, from = …, to = …, rule_version = …)';

ALTER TABLE fixes_local ON CLUSTER `odograph`
    MODIFY COLUMN imei CODEC(LZ4),
    MODIFY COLUMN gate_time CODEC(Delta, ZSTD(1)),
    MODIFY COLUMN lat_e7 CODEC(GCD, Delta, ZSTD(1)),
    MODIFY COLUMN lng_e7 CODEC(GCD, Delta, ZSTD(1)),
    MODIFY COLUMN odometer_m CODEC(Delta, ZSTD(1)),
    MODIFY COLUMN h3_r7 CODEC(ZSTD(1)),
    MODIFY COLUMN h3_r9 CODEC(ZSTD(1)),
    MODIFY COLUMN h3_r11 CODEC(ZSTD(1)),
    MODIFY COLUMN raw_offset CODEC(DoubleDelta, ZSTD(1));

CREATE OR REPLACE TABLE fixes ON CLUSTER `odograph` AS fixes_local
ENGINE = Distributed(`odograph`, currentDatabase(), fixes_local, cityHash64(imei));

CREATE TABLE IF NOT EXISTS recompute_done_local ON CLUSTER `odograph`
(
    imei           String CODEC(ZSTD(1)),
    event_time     DateTime64(3, 'UTC') COMMENT 'of the item that came too late' CODEC(Delta, ZSTD(1)),
    received_time  DateTime64(3, 'UTC') COMMENT 'when the collector took the item' CODEC(Delta, ZSTD(1)),
    kind           LowCardinality(String) COMMENT 'of the raw item',
    fulfilled_time DateTime64(3, 'UTC') COMMENT 'when its stretch had been derived anew' CODEC(Delta, ZSTD(1)),
    rule_version   LowCardinality(String) COMMENT 'of the rules that it was derived with then',
    raw_partition  Int32 COMMENT 'place of the item in the raw topic' CODEC(ZSTD(1)),
    raw_offset     Int64 CODEC(Delta, ZSTD(1)),
    inserted_time  DateTime64(3, 'UTC') DEFAULT now64(3) COMMENT 'when the insert of the row began' CODEC(Delta, ZSTD(1)),
    CONSTRAINT imei_given CHECK imei != '',
    CONSTRAINT received_time_range CHECK received_time >= toDateTime64('2000-01-01 00:00:00', 0, 'UTC') AND received_time < toDateTime64('2100-01-01 00:00:00', 0, 'UTC')
)
ENGINE = ReplicatedReplacingMergeTree('/clickhouse/tables/{shard}/{database}/recompute_done/250', '{replica}')
PARTITION BY toYYYYMM(received_time)
ORDER BY (imei, event_time, kind, raw_partition, raw_offset)
SETTINGS replicated_deduplication_window = 10000
COMMENT 'One row is one row of recompute_requests whose stretch was derived anew by odograph replay';

CREATE OR REPLACE TABLE recompute_done ON CLUSTER `odograph` AS recompute_done_local
ENGINE = Distributed(`odograph`, currentDatabase(), recompute_done_local, cityHash64(imei))
COMMENT 'One row is one row of recompute_requests whose stretch was derived anew by odograph replay';

CREATE OR REPLACE VIEW recompute_open ON CLUSTER `odograph`
(
    imei          String,
    event_time    DateTime64(3, 'UTC') COMMENT 'of the item that came too late',
    newest_time   DateTime64(3, 'UTC') COMMENT 'newest time of the device when it came',
    received_time DateTime64(3, 'UTC') COMMENT 'when the collector took the item',
    source        LowCardinality(String) COMMENT 'interface the item came by',
    kind          LowCardinality(String) COMMENT 'of the raw item',
    reason        LowCardinality(String),
    raw_partition Int32 COMMENT 'place of the item in the raw topic',
    raw_offset    Int64
)
AS
SELECT imei, event_time, newest_time, received_time, source, kind, reason, raw_partition, raw_offset
FROM recompute_requests FINAL
WHERE (imei, event_time, kind, raw_partition, raw_offset) NOT IN (SELECT imei, event_time, kind, raw_partition, raw_offset FROM recompute_done)
COMMENT 'One row is one item that came too late for what is derived and is not in it yet; odograph replay takes it in';

DROP TABLE IF EXISTS device_hours_before_252 ON CLUSTER `odograph` SYNC;

DROP TABLE IF EXISTS device_hours_before_252_local ON CLUSTER `odograph` SYNC;

DROP VIEW IF EXISTS device_hours_recent ON CLUSTER `odograph` SYNC;

DROP VIEW IF EXISTS device_hours_sweep ON CLUSTER `odograph` SYNC;

RENAME TABLE IF EXISTS device_hours_local TO device_hours_before_252_local ON CLUSTER `odograph`;

CREATE OR REPLACE TABLE device_hours_before_252 ON CLUSTER `odograph` AS device_hours_before_252_local
ENGINE = Distributed(`odograph`, currentDatabase(), device_hours_before_252_local, cityHash64(imei));

CREATE TABLE IF NOT EXISTS device_hours_local ON CLUSTER `odograph`
(
    imei                String,
    hour                DateTime('UTC') COMMENT 'beginning of the hour of fix time' CODEC(Delta, ZSTD(1)),
    fixes               UInt32 COMMENT 'distinct fixes' CODEC(T64, ZSTD(1)),
    usable_fixes        UInt32 COMMENT 'of these, with a position that can be believed' CODEC(T64, ZSTD(1)),
    moving_fixes        UInt32 COMMENT 'of the usable ones, at 3 km/h or more' CODEC(T64, ZSTD(1)),
    late_fixes          UInt32 COMMENT 'with the flag late: derived events do not know them' CODEC(T64, ZSTD(1)),
    minutes_with_fixes  UInt8 COMMENT 'of 60',
    fixes_by_source     Map(LowCardinality(String), UInt32) COMMENT 'fixes by the source that brought them first' CODEC(ZSTD(1)),
    distance_m          Float64 COMMENT 'metres along the usable fixes, of steps of at most 1 h in which it moved (3 km/h at either end, or more than 200 m). A step belongs to the hour it ends in' CODEC(ZSTD(1)),
    odometer_distance_m Nullable(Float64) COMMENT 'metres by the odometer of the device, of steps at both ends of which it stands; NULL without one' CODEC(ZSTD(1)),
    odometer_track_m    Nullable(Float64) COMMENT 'metres of distance_m that are in these steps: what odometer_distance_m is to be compared with' CODEC(ZSTD(1)),
    moving_s            UInt32 COMMENT 'seconds of steps of at most 300 s in which it moved' CODEC(T64, ZSTD(1)),
    standing_s          UInt32 COMMENT 'seconds of such steps in which it did not' CODEC(T64, ZSTD(1)),
    idling_s            UInt32 COMMENT 'of standing_s, with the ignition on' CODEC(T64, ZSTD(1)),
    unseen_s            UInt32 COMMENT 'seconds of steps of more than 300 s and at most 1 h' CODEC(T64, ZSTD(1)),
    observable_s        UInt32 COMMENT 'of moving_s, in steps of at most 3 s: harsh events can be seen there' CODEC(T64, ZSTD(1)),
    longest_gap_s       Nullable(UInt32) COMMENT 'longest step that ended in this hour, of those of at most 1 h; seconds' CODEC(ZSTD(1)),
    max_speed_kmh       Nullable(Float32) COMMENT 'km/h, by the device, of usable fixes, up to 220' CODEC(ZSTD(1)),
    first_fix_time      DateTime64(0, 'UTC') CODEC(Delta, ZSTD(1)),
    last_fix_time       DateTime64(0, 'UTC') CODEC(Delta, ZSTD(1)),
    first_odometer_m    Nullable(Float64) COMMENT 'metres' CODEC(ZSTD(1)),
    last_odometer_m     Nullable(Float64) COMMENT 'metres' CODEC(ZSTD(1)),
    last_inserted_time  DateTime64(3, 'UTC') COMMENT 'newest insert among the fixes; with fixes it tells whether this row is up to date' CODEC(Delta, ZSTD(1)),
    computed_time       DateTime64(3, 'UTC') COMMENT 'when this was counted; the newest holds' CODEC(Delta, ZSTD(1)),
    INDEX computed_time_range computed_time TYPE minmax GRANULARITY 1
)
ENGINE = ReplicatedReplacingMergeTree('/clickhouse/tables/{shard}/{database}/device_hours/255', '{replica}', computed_time)
PARTITION BY toYYYYMM(hour)
ORDER BY (toDate(hour), imei, toHour(hour))
SETTINGS index_granularity = 1024
COMMENT 'One row is one device and hour, counted anew as a whole from the fixes of this hour and the one before it, whenever they change: device_hours_recent each minute, device_hours_sweep for whatever that has missed';

CREATE OR REPLACE TABLE device_hours ON CLUSTER `odograph` AS device_hours_local
ENGINE = Distributed(`odograph`, currentDatabase(), device_hours_local, cityHash64(imei))
COMMENT 'One row is one device and hour, counted anew as a whole from the fixes of this hour and the one before it, whenever they change: device_hours_recent each minute, device_hours_sweep for whatever that has missed';

INSERT INTO device_hours
SELECT *
FROM device_hours_before_252
SETTINGS max_partitions_per_insert_block = 0;

DROP TABLE IF EXISTS device_hours_before_252 ON CLUSTER `odograph` SYNC;

DROP TABLE IF EXISTS device_hours_before_252_local ON CLUSTER `odograph` SYNC;

CREATE OR REPLACE MATERIALIZED VIEW device_hours_recent ON CLUSTER `odograph` REFRESH EVERY 1 MINUTE APPEND TO device_hours_local AS
WITH
    (SELECT greatest(max(computed_time), now64(3, 'UTC') - toIntervalDay(1)) - toIntervalMinute(10) FROM device_hours_local AS device_hours WHERE computed_time >= now64(3, 'UTC') - toIntervalDay(1)) AS since,
    (SELECT groupUniqArray((imei, toStartOfHour(fix_time))) FROM fixes_local AS fixes WHERE inserted_time >= since) AS changed
SELECT imei, hour, fixes, usable_fixes, moving_fixes, late_fixes, minutes_with_fixes, fixes_by_source,
    arraySum((d, m) -> if(m, d, 0), step_m, moved) AS distance_m,
    if(arrayExists(p -> p.5 >= 0, usable), arraySum((p, b, s) -> if(s > 0 AND b.5 >= 0 AND p.5 > b.5, p.5 - b.5, 0), usable, before, step_s), NULL) AS odometer_distance_m,
    if(arrayExists(p -> p.5 >= 0, usable), arraySum((p, b, m, d) -> if(m AND b.5 >= 0 AND p.5 >= b.5, d, 0), usable, before, moved, step_m), NULL) AS odometer_track_m,
    arraySum((s, m) -> if(m AND s <= 300, s, 0), step_s, moved) AS moving_s,
    arraySum((s, m) -> if(NOT m AND s <= 300, s, 0), step_s, moved) AS standing_s,
    arraySum((s, m, p) -> if(NOT m AND s <= 300 AND p.6, s, 0), step_s, moved, usable) AS idling_s,
    arraySum(s -> if(s > 300, s, 0), step_s) AS unseen_s,
    arraySum((s, m) -> if(m AND s <= 3, s, 0), step_s, moved) AS observable_s,
    if(arrayExists(s -> s > 0, step_s), arrayMax(step_s), NULL) AS longest_gap_s,
    max_speed_kmh, first_fix_time, last_fix_time, first_odometer_m, last_odometer_m, last_inserted_time, now64(3, 'UTC') AS computed_time
FROM
(
    SELECT *,
        arrayPushFront(arrayPopBack(usable), lagInFrame(usable[-1]) OVER (PARTITION BY imei ORDER BY hour ROWS BETWEEN 1 PRECEDING AND CURRENT ROW)) AS before,
        arrayMap((p, b) -> if(b.1 > 0 AND p.1 - b.1 <= 3600, p.1 - b.1, 0), usable, before) AS step_s,
        arrayMap((p, b, s) -> if(s > 0, greatCircleDistance(b.3, b.2, p.3, p.2), 0.), usable, before, step_s) AS step_m,
        arrayMap((p, b, s, d) -> s > 0 AND (d > 200 OR greatest(p.4, b.4) >= 3), usable, before, step_s, step_m) AS moved
    FROM
    (
        SELECT imei, toStartOfHour(fix_time)::DateTime('UTC') AS hour,
            count() AS fixes,
            countIf(believed) AS usable_fixes,
            countIf(believed AND ifNull(speed_kmh >= 3, false)) AS moving_fixes,
            countIf(has(quality, 'late')) AS late_fixes,
            uniqExact(toMinute(fix_time)) AS minutes_with_fixes,
            sumMap(map(source, toUInt32(1))) AS fixes_by_source,
            maxOrNullIf(speed_kmh, believed AND speed_kmh <= 220) AS max_speed_kmh,
            min(fix_time) AS first_fix_time,
            max(fix_time) AS last_fix_time,
            argMinOrNullIf(odometer_m, fix_time, believed) AS first_odometer_m,
            argMaxOrNullIf(odometer_m, fix_time, believed) AS last_odometer_m,
            max(inserted_time) AS last_inserted_time,
            arraySort(groupArrayIf((toUnixTimestamp64Second(fix_time), lat, lng, ifNull(speed_kmh, -1)::Float64, ifNull(odometer_m, -1), ifNull(acc, false)), believed)) AS usable
        FROM
        (
            SELECT imei, fix_time, source, quality, speed_kmh, odometer_m, acc, inserted_time, lat, lng,
                NOT hasAny(quality, ['zero_position', 'no_fix', 'future', 'jump', 'hemisphere', 'lbs', 'wifi']) AS believed
            FROM fixes_local AS fixes FINAL
            WHERE (imei, toStartOfHour(fix_time)) IN (SELECT c.1, c.2 + toIntervalHour(arrayJoin([-1, 0, 1])) FROM (SELECT arrayJoin(changed) AS c))
        )
        GROUP BY imei, hour
    )
) AS counted
ANY LEFT JOIN (SELECT imei, hour, fixes AS had FROM device_hours_local AS device_hours FINAL WHERE (imei, hour) IN (SELECT c.1, c.2 + toIntervalHour(arrayJoin([0, 1])) FROM (SELECT arrayJoin(changed) AS c))) AS before USING (imei, hour)
WHERE (imei, hour) IN (SELECT c.1, c.2 + toIntervalHour(arrayJoin([0, 1])) FROM (SELECT arrayJoin(changed) AS c)) AND fixes >= had
SETTINGS max_bytes_before_external_group_by = 1000000000, max_bytes_before_external_sort = 1000000000;

CREATE OR REPLACE MATERIALIZED VIEW device_hours_sweep ON CLUSTER `odograph` REFRESH EVERY 1 HOUR APPEND TO device_hours_local AS
WITH
    (
        SELECT groupArray(200000)((imei, hour)) FROM
        (
            SELECT imei, hour FROM
            (
                SELECT imei, toStartOfHour(fix_time)::DateTime('UTC') AS hour, count() AS n, max(inserted_time) AS newest, 0 AS counted, toDateTime64(0, 3, 'UTC') AS counted_newest
                FROM fixes_local AS fixes FINAL GROUP BY imei, hour
                UNION ALL
                SELECT imei, hour, 0, toDateTime64(0, 3, 'UTC'), fixes, last_inserted_time FROM device_hours_local AS device_hours FINAL
            )
            GROUP BY imei, hour
            HAVING sum(n) >= sum(counted) AND (sum(n), max(newest)) != (sum(counted), max(counted_newest))
            ORDER BY hour DESC, imei
        )
    ) AS changed
SELECT imei, hour, fixes, usable_fixes, moving_fixes, late_fixes, minutes_with_fixes, fixes_by_source,
    arraySum((d, m) -> if(m, d, 0), step_m, moved) AS distance_m,
    if(arrayExists(p -> p.5 >= 0, usable), arraySum((p, b, s) -> if(s > 0 AND b.5 >= 0 AND p.5 > b.5, p.5 - b.5, 0), usable, before, step_s), NULL) AS odometer_distance_m,
    if(arrayExists(p -> p.5 >= 0, usable), arraySum((p, b, m, d) -> if(m AND b.5 >= 0 AND p.5 >= b.5, d, 0), usable, before, moved, step_m), NULL) AS odometer_track_m,
    arraySum((s, m) -> if(m AND s <= 300, s, 0), step_s, moved) AS moving_s,
    arraySum((s, m) -> if(NOT m AND s <= 300, s, 0), step_s, moved) AS standing_s,
    arraySum((s, m, p) -> if(NOT m AND s <= 300 AND p.6, s, 0), step_s, moved, usable) AS idling_s,
    arraySum(s -> if(s > 300, s, 0), step_s) AS unseen_s,
    arraySum((s, m) -> if(m AND s <= 3, s, 0), step_s, moved) AS observable_s,
    if(arrayExists(s -> s > 0, step_s), arrayMax(step_s), NULL) AS longest_gap_s,
    max_speed_kmh, first_fix_time, last_fix_time, first_odometer_m, last_odometer_m, last_inserted_time, now64(3, 'UTC') AS computed_time
FROM
(
    SELECT *,
        arrayPushFront(arrayPopBack(usable), lagInFrame(usable[-1]) OVER (PARTITION BY imei ORDER BY hour ROWS BETWEEN 1 PRECEDING AND CURRENT ROW)) AS before,
        arrayMap((p, b) -> if(b.1 > 0 AND p.1 - b.1 <= 3600, p.1 - b.1, 0), usable, before) AS step_s,
        arrayMap((p, b, s) -> if(s > 0, greatCircleDistance(b.3, b.2, p.3, p.2), 0.), usable, before, step_s) AS step_m,
        arrayMap((p, b, s, d) -> s > 0 AND (d > 200 OR greatest(p.4, b.4) >= 3), usable, before, step_s, step_m) AS moved
    FROM
    (
        SELECT imei, toStartOfHour(fix_time)::DateTime('UTC') AS hour,
            count() AS fixes,
            countIf(believed) AS usable_fixes,
            countIf(believed AND ifNull(speed_kmh >= 3, false)) AS moving_fixes,
            countIf(has(quality, 'late')) AS late_fixes,
            uniqExact(toMinute(fix_time)) AS minutes_with_fixes,
            sumMap(map(source, toUInt32(1))) AS fixes_by_source,
            maxOrNullIf(speed_kmh, believed AND speed_kmh <= 220) AS max_speed_kmh,
            min(fix_time) AS first_fix_time,
            max(fix_time) AS last_fix_time,
            argMinOrNullIf(odometer_m, fix_time, believed) AS first_odometer_m,
            argMaxOrNullIf(odometer_m, fix_time, believed) AS last_odometer_m,
            max(inserted_time) AS last_inserted_time,
            arraySort(groupArrayIf((toUnixTimestamp64Second(fix_time), lat, lng, ifNull(speed_kmh, -1)::Float64, ifNull(odometer_m, -1), ifNull(acc, false)), believed)) AS usable
        FROM
        (
            SELECT imei, fix_time, source, quality, speed_kmh, odometer_m, acc, inserted_time, lat, lng,
                NOT hasAny(quality, ['zero_position', 'no_fix', 'future', 'jump', 'hemisphere', 'lbs', 'wifi']) AS believed
            FROM fixes_local AS fixes FINAL
            WHERE (imei, toStartOfHour(fix_time)) IN (SELECT c.1, c.2 + toIntervalHour(arrayJoin([-1, 0, 1])) FROM (SELECT arrayJoin(changed) AS c))
        )
        GROUP BY imei, hour
    )
) AS counted
ANY LEFT JOIN (SELECT imei, hour, fixes AS had FROM device_hours_local AS device_hours FINAL WHERE (imei, hour) IN (SELECT c.1, c.2 + toIntervalHour(arrayJoin([0, 1])) FROM (SELECT arrayJoin(changed) AS c))) AS before USING (imei, hour)
WHERE (imei, hour) IN (SELECT c.1, c.2 + toIntervalHour(arrayJoin([0, 1])) FROM (SELECT arrayJoin(changed) AS c)) AND fixes >= had
SETTINGS max_bytes_before_external_group_by = 1000000000, max_bytes_before_external_sort = 1000000000;

CREATE OR REPLACE MATERIALIZED VIEW cell_days_recent ON CLUSTER `odograph` REFRESH EVERY 5 MINUTE APPEND TO cell_days AS
WITH
    (SELECT greatest(max(computed_time), now64(3, 'UTC') - toIntervalDay(1)) - toIntervalMinute(10) FROM cell_days) AS since,
    (SELECT arraySlice(arrayReverseSort(groupUniqArray(toDate(hour, 'UTC'))), 1, 3) FROM device_hours WHERE computed_time >= since) AS days
SELECT day, resolution, cell, fixes, moving_fixes, devices, speed_sum_kmh, now64(3, 'UTC') AS computed_time
FROM
(
    SELECT day, resolution, cell, sum(n) AS fixes, sum(moving) AS moving_fixes, max(vehicles) AS devices, sum(speeds) AS speed_sum_kmh,
        sum(fixes) OVER (PARTITION BY day) AS day_fixes, sum(sum(counted)) OVER (PARTITION BY day) AS day_counted
    FROM
    (
        SELECT toDate(fix_time, 'UTC') AS day, c.1 AS resolution, c.2 AS cell, count() AS n, countIf(ifNull(speed_kmh >= 3, false)) AS moving,
            uniqExact(imei) AS vehicles, sumIf(ifNull(speed_kmh, 0)::Float64, ifNull(speed_kmh >= 3, false)) AS speeds, 0 AS counted
        FROM fixes FINAL
        ARRAY JOIN [(7, h3_r7), (9, h3_r9)]::Array(Tuple(UInt8, UInt64)) AS c
        WHERE toDate(fix_time, 'UTC') IN (SELECT arrayJoin(days)) AND NOT hasAny(quality, ['zero_position', 'no_fix', 'future', 'jump', 'hemisphere', 'lbs', 'wifi'])
        GROUP BY day, resolution, cell
        UNION ALL
        SELECT day, resolution, cell, 0, 0, 0, 0, fixes FROM cell_days FINAL WHERE day IN (SELECT arrayJoin(days))
    )
    GROUP BY day, resolution, cell
)
WHERE day_fixes >= day_counted
SETTINGS max_bytes_before_external_group_by = 1000000000;

CREATE OR REPLACE MATERIALIZED VIEW cell_days_sweep ON CLUSTER `odograph` REFRESH EVERY 1 HOUR APPEND TO cell_days AS
WITH
    (
        SELECT groupArray(31)(day) FROM
        (
            SELECT day FROM
            (
                SELECT toDate(hour, 'UTC') AS day, 2 * sum(usable_fixes) AS hours_fixes, 0 AS cells_fixes, max(computed_time) AS hours_time, toDateTime64(0, 3, 'UTC') AS cells_time
                FROM device_hours FINAL GROUP BY day
                UNION ALL
                SELECT day, 0, sum(fixes), toDateTime64(0, 3, 'UTC'), min(computed_time) FROM cell_days FINAL GROUP BY day
            )
            GROUP BY day
            HAVING sum(hours_fixes) > 0 AND sum(hours_fixes) >= sum(cells_fixes) AND (sum(hours_fixes) != sum(cells_fixes) OR max(hours_time) > max(cells_time))
            ORDER BY day DESC
        )
    ) AS days
SELECT day, resolution, cell, fixes, moving_fixes, devices, speed_sum_kmh, now64(3, 'UTC') AS computed_time
FROM
(
    SELECT day, resolution, cell, sum(n) AS fixes, sum(moving) AS moving_fixes, max(vehicles) AS devices, sum(speeds) AS speed_sum_kmh,
        sum(fixes) OVER (PARTITION BY day) AS day_fixes, sum(sum(counted)) OVER (PARTITION BY day) AS day_counted
    FROM
    (
        SELECT toDate(fix_time, 'UTC') AS day, c.1 AS resolution, c.2 AS cell, count() AS n, countIf(ifNull(speed_kmh >= 3, false)) AS moving,
            uniqExact(imei) AS vehicles, sumIf(ifNull(speed_kmh, 0)::Float64, ifNull(speed_kmh >= 3, false)) AS speeds, 0 AS counted
        FROM fixes FINAL
        ARRAY JOIN [(7, h3_r7), (9, h3_r9)]::Array(Tuple(UInt8, UInt64)) AS c
        WHERE toDate(fix_time, 'UTC') IN (SELECT arrayJoin(days)) AND NOT hasAny(quality, ['zero_position', 'no_fix', 'future', 'jump', 'hemisphere', 'lbs', 'wifi'])
        GROUP BY day, resolution, cell
        UNION ALL
        SELECT day, resolution, cell, 0, 0, 0, 0, fixes FROM cell_days FINAL WHERE day IN (SELECT arrayJoin(days))
    )
    GROUP BY day, resolution, cell
)
WHERE day_fixes >= day_counted
SETTINGS max_bytes_before_external_group_by = 1000000000;

CREATE OR REPLACE VIEW rollup_check ON CLUSTER `odograph`
(
    rollup        LowCardinality(String) COMMENT 'device_hours, or cell_days (one row a day, imei is empty)',
    imei          String,
    hour          DateTime('UTC') COMMENT 'beginning of the hour, or of the day',
    stored_fixes  UInt64 COMMENT 'fixes that are stored; of cell_days, usable ones in device_hours',
    counted_fixes UInt64 COMMENT 'fixes that the rollup has',
    newest_insert DateTime64(3, 'UTC') COMMENT 'newest insert among the stored ones: of a minute ago it is only waiting to be counted'
)
AS
WITH toStartOfDay(now('UTC')) - toIntervalDay(366) AS since, now('UTC') - toIntervalDay(45) AS kept
SELECT 'device_hours' AS rollup, imei, hour, sum(n) AS stored_fixes, sum(counted) AS counted_fixes, max(newest) AS newest_insert
FROM
(
    SELECT imei, toStartOfHour(fix_time)::DateTime('UTC') AS hour, count() AS n, max(inserted_time) AS newest, 0 AS counted, toDateTime64(0, 3, 'UTC') AS counted_newest
    FROM fixes FINAL WHERE fix_time >= since GROUP BY imei, hour
    UNION ALL
    SELECT imei, hour, 0, toDateTime64(0, 3, 'UTC'), fixes, last_inserted_time FROM device_hours FINAL WHERE hour >= since
)
GROUP BY imei, hour
HAVING if(hour < kept, stored_fixes > counted_fixes, stored_fixes != counted_fixes OR newest_insert != max(counted_newest))
UNION ALL
SELECT 'cell_days', '', toDateTime(day, 'UTC'), sum(usable), sum(counted), max(newest)
FROM
(
    SELECT toDate(hour, 'UTC') AS day, sum(usable_fixes) AS usable, 0 AS counted, max(last_inserted_time) AS newest FROM device_hours FINAL WHERE hour >= since GROUP BY day
    UNION ALL
    SELECT day, 0, sumIf(fixes, resolution = 9), toDateTime64(0, 3, 'UTC') FROM cell_days FINAL WHERE day >= toDate(since) GROUP BY day
)
GROUP BY day
HAVING sum(usable) != sum(counted)
COMMENT 'One row is an hour of a device, or a day, whose rollup does not agree with what is stored: no row is as it should be, but for what came in the last minutes. Reads the keys of all fixes of the last year';

CREATE OR REPLACE VIEW fence_visits ON CLUSTER `odograph`
(
    imei            String,
    fence_id        String,
    fence_name      String COMMENT 'of the definition that holds today; empty where the fence is deleted',
    state           LowCardinality(String) COMMENT 'ended; inside (goes on); unknown (goes on, as far as anybody knows: no sign of life for long); dropped (the fence was deleted meanwhile); no_end (its end is not told: by the definition of the fence, or because another visit began after it)',
    ongoing         Bool COMMENT 'state is inside or unknown',
    start_time      Nullable(DateTime64(3, 'UTC')) COMMENT 'when it came in, or when it was found inside, see begin_kind; where no beginning was told, end_time less the dwell time of the end',
    end_time        Nullable(DateTime64(3, 'UTC')) COMMENT 'when it left; NULL where no end was told',
    duration_s      Nullable(Float64) COMMENT 'seconds from start to end, or until now while it goes on; NULL of dropped and no_end',
    unknown_s       Float64 COMMENT 'seconds of it in which nobody knew whether it was still inside',
    unknown_periods Array(Tuple(DateTime64(3, 'UTC'), DateTime64(3, 'UTC'))) COMMENT 'these times, from and to',
    begin_kind      LowCardinality(String) COMMENT 'enter, inside_at_start, inside_at_open; empty where no beginning was told',
    end_kind        LowCardinality(String) COMMENT 'exit, inside_at_close; empty where no end was told',
    inferred        Bool COMMENT 'no fix was inside: the straight way between two fixes passes through the fence',
    longest_dwell_s Nullable(Float64) COMMENT 'longest of the dwell times of the fence that it passed, seconds',
    begin_event_id  String COMMENT 'of geofence_events',
    end_event_id    String COMMENT 'of geofence_events',
    lat             Nullable(Float64) COMMENT 'degrees, WGS-84, of the beginning, or else of the end',
    lng             Nullable(Float64) COMMENT 'degrees, WGS-84'
)
AS
WITH now64(3, 'UTC') AS now
SELECT
    imei, fence_id, dictGetOrDefault('fences_dict', 'name', fence_id, '') AS fence_name,
    multiIf(end_event_id != '', 'ended', NOT newest OR fence_id IN (SELECT f.fence_id FROM fences_now AS f WHERE notEmpty(JSONExtractArrayRaw(f.settings, 'tell')) AND NOT has(JSONExtract(f.settings, 'tell', 'Array(String)'), 'exit')), 'no_end', NOT dictHas('fences_dict', fence_id), 'dropped', last_kind = 'unknown', 'unknown', 'inside') AS state,
    (state IN ('inside', 'unknown'))::Bool AS ongoing,
    multiIf(begin_event_id != '', begin_at, end_dwell_s IS NOT NULL, end_at - toIntervalMillisecond(toInt64(end_dwell_s * 1000)), NULL) AS start_time,
    if(end_event_id = '', NULL, end_at) AS end_time,
    multiIf(start_time IS NULL, NULL, state = 'ended', dateDiff('millisecond', start_time, end_at) / 1000, ongoing, dateDiff('millisecond', start_time, now) / 1000, NULL) AS duration_s,
    arraySum(p -> dateDiff('millisecond', p.1, p.2) / 1000, unknown_periods) AS unknown_s,
    arrayFilter(p -> p.2 > p.1, arrayMap(t -> (t, ifNull(arrayMin(arrayFilter(u -> u >= t, known_at)), if(state = 'ended', end_at, if(ongoing, now, t)))), unknown_at)) AS unknown_periods,
    begin_kind, end_kind, inferred, longest_dwell_s, begin_event_id, end_event_id,
    if(begin_event_id != '', begin_lat, end_lat) AS lat, if(begin_event_id != '', begin_lng, end_lng) AS lng
FROM
(
    SELECT imei, fence_id, visit,
        anyIf(event_id, begins) AS begin_event_id, anyIf(at, begins) AS begin_at, anyIf(kind, begins) AS begin_kind, anyIf(lat, begins) AS begin_lat, anyIf(lng, begins) AS begin_lng,
        anyIf(event_id, ends) AS end_event_id, anyIf(at, ends) AS end_at, anyIf(kind, ends) AS end_kind, anyIf(lat, ends) AS end_lat, anyIf(lng, ends) AS end_lng,
        anyIf(dwell_s, ends) AS end_dwell_s,
        maxOrNullIf(dwell_s, kind = 'dwell') AS longest_dwell_s,
        max(inferred) AS inferred,
        argMax(kind, (at, confirmed_at, place)) AS last_kind,
        groupArrayIf(at, kind = 'unknown') AS unknown_at,
        groupArrayIf(toNullable(at), kind = 'inside_again') AS known_at,
        max(visit) OVER (PARTITION BY imei, fence_id) = visit AS newest
    FROM
    (
        SELECT imei, fence_id, event_id, kind, at, confirmed_at, inferred, lat, lng, dwell_s, begins, ends, place,
            sum(begins) OVER (PARTITION BY imei, fence_id ORDER BY at, place, confirmed_at ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW)
                + sum(ends) OVER (PARTITION BY imei, fence_id ORDER BY at, place, confirmed_at ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING) AS visit
        FROM
        (
            SELECT imei, fence_id, event_id, kind, at, confirmed_at, inferred, lat, lng, dwell_s,
                kind IN ('enter', 'inside_at_start', 'inside_at_open') AS begins, kind IN ('exit', 'inside_at_close') AS ends, if(ends, if(ifNull(dwell_s, 0) > 0, -1, 2), 1 - begins) AS place
            FROM geofence_events FINAL
        )
    )
    GROUP BY imei, fence_id, visit
    HAVING begin_event_id != '' OR end_event_id != ''
)
COMMENT 'One row is one visit of a device to a geofence, from its beginning to its end, also those that go on';

CREATE OR REPLACE VIEW harsh_from_history ON CLUSTER `odograph`
(
    imei             String,
    kind             String COMMENT 'harsh_braking, harsh_acceleration or harsh_cornering',
    start_time       DateTime64(3, 'UTC') COMMENT 'first fix of the first pair of fixes that passed its threshold',
    end_time         DateTime64(3, 'UTC') COMMENT 'second fix of the last one',
    severity         LowCardinality(String) COMMENT 'low, medium or high, by the fixes alone: an alarm of the device may raise the stored one',
    peak_mps2        Float64 COMMENT 'm/s², mean over the gap of the peak',
    threshold_mps2   Float64 COMMENT 'm/s² that had to be passed over this gap',
    gap_s            Int64 COMMENT 'seconds between the two fixes of the peak',
    speed_before_kmh Float64 COMMENT 'km/h, at the first fix of the peak',
    speed_after_kmh  Float64 COMMENT 'km/h, at the second',
    peak_heading_change_deg Nullable(Int64) COMMENT 'degrees, of a cornering, within the peak, positive to the right',
    heading_change_deg      Nullable(Int64) COMMENT 'degrees, of a cornering, over the whole event',
    lat              Float64 COMMENT 'degrees, WGS-84, of the second fix of the peak',
    lng              Float64 COMMENT 'degrees, WGS-84',
    confidence       LowCardinality(String) COMMENT 'measured or inferred',
    vehicle_class    String COMMENT 'whose thresholds were taken, by the definition that holds today',
    rule_version     String
)
AS
WITH
    (
        SELECT argMax(tuple(rule_version, measured_gap_s, inferred_gap_s, corner_gap_s, min_speed_kmh, min_corner_kmh, min_corner_deg, max_turn_deg_s, min_run_fixes, min_satellites, require_ignition,
                implied_speed_kmh, speed_vs_distance, distance_slack_m, max_abs_mps2, held_position_m, held_quarantine_s, held_min_speed_kmh, damping_s, merge_s, cooldown_s), loaded_time)
            ::Tuple(version String, measured_gap_s Int64, inferred_gap_s Int64, corner_gap_s Int64, min_speed_kmh Float64, min_corner_kmh Float64, min_corner_deg Float64, max_turn_deg_s Float64,
                min_run_fixes UInt64, min_satellites Int32, require_ignition Bool, implied_speed_kmh Float64, speed_vs_distance Float64, distance_slack_m Float64, max_abs_mps2 Float64,
                held_position_m Float64, held_quarantine_s Int64, held_min_speed_kmh Float64, damping_s Float64, merge_s Int64, cooldown_s Int64)
        FROM driving_rules FINAL
        WHERE {rule_version:String} IN ('', rule_version)
        HAVING throwIf(count() = 0, 'driving_rules has no rules of this rule_version: odograph rules --sql writes them') = 0
    ) AS r,
    (SELECT min(low_mps2) FROM driving_thresholds FINAL WHERE rule_version = r.version) AS least_mps2,
    entries AS
    (
        SELECT imei, toUnixTimestamp64Second(fix_time) AS t, lat, lng, round(assumeNotNull(speed_kmh) * 10)::Int64 AS v, if(heading_deg BETWEEN 0 AND 360, round(assumeNotNull(heading_deg))::Int64 % 360, -1) AS h,
            ifNull(satellites BETWEEN 0 AND r.min_satellites - 1, false) OR (r.require_ignition AND ifNull(NOT acc, false)) AS gated
        FROM fixes FINAL
        WHERE ({imei:String} = '' OR imei = {imei:String})
            AND fix_time >= {from:DateTime64(0, 'UTC')} - toIntervalHour(1) AND fix_time < {to:DateTime64(0, 'UTC')} + toIntervalMinute(2)
            AND NOT hasAny(quality, ['zero_position', 'no_fix', 'lbs', 'wifi', 'jump']) AND pos_type != 'beacon' AND ifNull(post_method, 0) NOT IN (4, 5, 10, 13, 14)
            AND speed_kmh >= 0 AND speed_kmh <= r.implied_speed_kmh
    ),
    steps AS
    (
        SELECT *, t - bt AS gap, bt = 0 OR gap > r.inferred_gap_s AS restart,
            if(restart, 0, (v - bv) / 36 / (gap + r.damping_s)) AS a,
            if(bbt = 0 OR t - bbt > r.inferred_gap_s, 0, abs((v - bbv) / 36 / (t - bbt + r.damping_s))) AS a_over_two,
            abs(a) > r.max_abs_mps2 AS leap
        FROM
        (
            SELECT *, lagInFrame(t) OVER w AS bt, lagInFrame(v) OVER w AS bv, lagInFrame(h) OVER w AS bh, lagInFrame(lat) OVER w AS blat, lagInFrame(lng) OVER w AS blng,
                lagInFrame(gated) OVER w AS bgated, lagInFrame(t, 2) OVER w AS bbt, lagInFrame(v, 2) OVER w AS bbv
            FROM entries
            WINDOW w AS (PARTITION BY imei ORDER BY t ROWS BETWEEN 2 PRECEDING AND CURRENT ROW)
        )
    ),
    pairs AS
    (
        SELECT *, NOT restart AND NOT leap AND (NOT after_leap OR abs(a) < a_over_two) AS compared,
            NOT restart AND lat = blat AND lng = blng AS held,
            sum(restart) OVER w AS stretch, sum(NOT held) OVER w AS held_stretch,
            if(held AND least(v, bv) >= r.held_min_speed_kmh * 10, intDiv(least(v, bv) * gap * 100, 36), 0) AS held_cm
        FROM (SELECT *, lagInFrame(leap) OVER (PARTITION BY imei ORDER BY t ROWS BETWEEN 1 PRECEDING AND CURRENT ROW) AS after_leap FROM steps)
        WINDOW w AS (PARTITION BY imei ORDER BY t ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW)
    ),
    judged AS
    (
        SELECT *, max(if(held AND held_sum_cm >= r.held_position_m * 100, t + r.held_quarantine_s, 0)) OVER (PARTITION BY imei ORDER BY t ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW) AS held_until
        FROM
        (
            SELECT *, row_number() OVER (PARTITION BY imei, stretch ORDER BY t) AS run,
                sum(held_cm) OVER (PARTITION BY imei, held_stretch ORDER BY t ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW) AS held_sum_cm
            FROM pairs
        )
    ),
    measured AS
    (
        SELECT p.imei AS imei, p.t AS t, p.bt AS bt, p.gap AS gap, p.v AS v, p.bv AS bv, p.lat AS lat, p.lng AS lng, p.turned AS turned, p.turns AS turns, p.vehicle_class AS vehicle_class,
            if(p.a < 0, 'harsh_braking', 'harsh_acceleration') AS kind, abs(p.a) AS size, s.low_mps2 AS low, s.medium_mps2 AS medium, s.high_mps2 AS high,
            p.corner_size AS corner_size, c.low_mps2 AS corner_low, c.medium_mps2 AS corner_medium, c.high_mps2 AS corner_high,
            p.run < r.min_run_fixes OR p.gated OR p.bgated OR (p.held AND (p.v + p.bv) * p.gap >= 100) OR p.t < p.held_until
                OR p.way > r.implied_speed_kmh / 3.6 * p.gap OR (abs(p.way - p.driven) > r.distance_slack_m AND abs(p.way - p.driven) > r.speed_vs_distance * p.driven) AS fault,
            low > 0 AND size >= low AND NOT fault AND greatest(v, bv) >= r.min_speed_kmh * 10 AS passes,
            corner_low > 0 AND corner_size >= corner_low AS corner_passes,
            corner_passes AND NOT fault AND greatest(v, bv) >= r.min_corner_kmh * 10 AND abs(turned) <= r.max_turn_deg_s * gap AS corners
        FROM
        (
            SELECT j.*, if(k.vehicle_class = '', 'car', k.vehicle_class) AS vehicle_class,
                if(gap <= r.corner_gap_s AND h >= 0 AND bh >= 0, (h - bh + 540) % 360 - 180, 0) AS turned, turned != 0 AND abs(turned) >= 3 * gap AS turns,
                (bv + v) / 72 * radians(abs(turned)) / (gap + r.damping_s) AS corner_size,
                greatCircleDistance(blng, blat, lng, lat) AS way, (bv + v) / 72 * gap AS driven
            FROM (SELECT * FROM judged WHERE compared) AS j
            LEFT JOIN device_classes AS k ON k.imei = j.imei
            WHERE abs(a) >= least_mps2 OR turns OR corner_size >= least_mps2
        ) AS p
        LEFT JOIN (SELECT * FROM driving_thresholds FINAL WHERE rule_version = r.version) AS s ON s.vehicle_class = p.vehicle_class AND s.gap_s = p.gap AND s.kind = if(p.a < 0, 'harsh_braking', 'harsh_acceleration')
        LEFT JOIN (SELECT * FROM driving_thresholds FINAL WHERE rule_version = r.version AND kind = 'harsh_cornering') AS c ON c.vehicle_class = p.vehicle_class AND c.gap_s = p.gap
    ),
    turned AS
    (
        SELECT *, if(turns, sum(turned) OVER (PARTITION BY imei, turn_number ORDER BY t ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW), 0) AS turn
        FROM
        (
            SELECT *, sum(NOT turns OR NOT turned_before OR t_before != bt OR sign(turned) != sign(change_before) OR fault_before) OVER (PARTITION BY imei ORDER BY t ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW) AS turn_number
            FROM
            (
                SELECT *, lagInFrame(turns) OVER w AS turned_before, lagInFrame(t) OVER w AS t_before, lagInFrame(turned) OVER w AS change_before, lagInFrame(corner_passes AND NOT corners) OVER w AS fault_before
                FROM measured
                WINDOW w AS (PARTITION BY imei ORDER BY t ROWS BETWEEN 1 PRECEDING AND CURRENT ROW)
            )
        )
    ),
    folded AS
    (
        SELECT imei, kind, vehicle_class, kind = 'harsh_cornering' AS corner,
            arraySort(x -> x.1, groupArray(tuple(t, bt, passes, turn, gap <= r.measured_gap_s, size, low, gap, bv, v, turned, lat, lng, medium, high))) AS rows,
            if(corner, r.min_corner_deg, 0) AS least_turn,
            arrayFold((s, x) -> arrayMap((goes, new, higher, further) -> (
                    if(new, abs(x.4) >= least_turn, s.1 OR (further AND abs(x.4) >= least_turn)),
                    if(new, x.1, s.2),
                    if(new OR (goes AND x.3), x.2, s.3),
                    if(new OR further, x.4, s.4),
                    if(new OR higher, x.5, s.5),
                    if(new AND s.1, arrayPushBack(s.6, (s.2, s.3, s.4, s.5.4)), s.6))::Tuple(Bool, Int64, Int64, Int64, Tuple(Bool, Float64, Float64, UInt32), Array(Tuple(Int64, Int64, Int64, UInt32))),
                [s.2 > 0 AND x.1 - s.3 <= r.merge_s],
                [x.3 AND NOT (s.2 > 0 AND x.1 - s.3 <= r.merge_s) AND NOT (s.1 AND x.1 - s.3 < r.cooldown_s)],
                [x.3 AND s.2 > 0 AND x.1 - s.3 <= r.merge_s AND if(x.5.1 = s.5.1, x.5.2 * s.5.3 > s.5.2 * x.5.3, x.5.1)],
                [s.2 > 0 AND x.1 - s.3 <= r.merge_s AND abs(x.4) > abs(s.4) AND (x.3 OR sign(x.4) = sign(s.4))])[1],
                arrayMap((x, n) -> (x.2, x.1, x.3, x.4, (x.5, x.6, x.7, n)), rows, arrayEnumerate(rows)),
                (false, 0, 0, 0, (false, 0., 0., 0), [])::Tuple(Bool, Int64, Int64, Int64, Tuple(Bool, Float64, Float64, UInt32), Array(Tuple(Int64, Int64, Int64, UInt32)))) AS s,
            if(s.1, arrayPushBack(s.6, (s.2, s.3, s.4, s.5.4)), s.6) AS events
        FROM
        (
            SELECT imei, vehicle_class, bt, t, gap, bv, v, lat, lng, c.1 AS kind, c.2 AS passes, c.3 AS turned, c.4 AS turn, c.5 AS size, c.6 AS low, c.7 AS medium, c.8 AS high
            FROM
            (
                SELECT imei, vehicle_class, bt, t, gap, bv, v, lat, lng, turns AND NOT corner_passes AS goes_on,
                    [tuple(kind, passes, 0, 0, size, low, medium, high), tuple('harsh_cornering', corners, turned, turn, corner_size, corner_low, corner_medium, corner_high)]
                        ::Array(Tuple(String, Bool, Int64, Int64, Float64, Float64, Float64, Float64)) AS both
                FROM turned
            )
            ARRAY JOIN both AS c
            WHERE c.2 OR (goes_on AND c.1 = 'harsh_cornering')
        )
        GROUP BY imei, kind, vehicle_class
    )
SELECT imei, kind, toDateTime64(e.1, 3, 'UTC') AS start_time, toDateTime64(e.2, 3, 'UTC') AS end_time,
    multiIf(peak.6 >= peak.15, 'high', peak.6 >= peak.14, 'medium', 'low') AS severity,
    peak.6 AS peak_mps2, peak.7 AS threshold_mps2, peak.8 AS gap_s, peak.9 / 10 AS speed_before_kmh, peak.10 / 10 AS speed_after_kmh,
    if(corner, peak.11, NULL) AS peak_heading_change_deg, if(corner, e.3, NULL) AS heading_change_deg, peak.12 AS lat, peak.13 AS lng,
    if(peak.5, 'measured', 'inferred') AS confidence, vehicle_class, r.version AS rule_version
FROM (SELECT imei, kind, vehicle_class, corner, rows, arrayJoin(events) AS e, rows[e.4] AS peak FROM folded)
WHERE start_time >= {from:DateTime64(0, 'UTC')} AND start_time < {to:DateTime64(0, 'UTC')}
COMMENT 'One row is one harsh event as the rules find it in the stored fixes, of a device (or all: imei empty), a time and a version of the rules (empty: the newest): SELECT * FROM harsh_from_history(imei = …, from = …, to = …, rule_version = …)';

CREATE OR REPLACE VIEW device_days ON CLUSTER `odograph`
(
    imei                String,
    day                 Date COMMENT 'UTC',
    fixes               UInt64 COMMENT 'distinct fixes',
    usable_fixes        UInt64 COMMENT 'of these, with a position that can be believed',
    moving_fixes        UInt64 COMMENT 'of the usable ones, at 3 km/h or more',
    late_fixes          UInt64 COMMENT 'with the flag late: derived events do not know them',
    minutes_with_fixes  UInt64 COMMENT 'of 1440',
    fixes_by_source     Map(LowCardinality(String), UInt64) COMMENT 'fixes by the source that brought them first',
    distance_m          Float64 COMMENT 'metres along the usable fixes, see device_hours',
    odometer_distance_m Nullable(Float64) COMMENT 'metres by the odometer of the device, see device_hours; NULL without one',
    odometer_track_m    Nullable(Float64) COMMENT 'metres of distance_m in the steps that have it',
    moving_s            UInt64 COMMENT 'seconds in motion, of steps of at most 300 s',
    standing_s          UInt64 COMMENT 'seconds at rest, of such steps',
    idling_s            UInt64 COMMENT 'of standing_s, with the ignition on',
    unseen_s            UInt64 COMMENT 'seconds of steps of more than 300 s and at most 1 h',
    observable_s        UInt64 COMMENT 'of moving_s, in steps of at most 3 s: harsh events can be seen there',
    longest_gap_s       Nullable(UInt32) COMMENT 'longest step, of those of at most 1 h; seconds',
    max_speed_kmh       Nullable(Float32) COMMENT 'km/h',
    first_fix_time      DateTime64(0, 'UTC'),
    last_fix_time       DateTime64(0, 'UTC'),
    first_odometer_m    Nullable(Float64) COMMENT 'metres',
    last_odometer_m     Nullable(Float64) COMMENT 'metres',
    computed_time       DateTime64(3, 'UTC') COMMENT 'when the newest of its hours was counted'
)
AS
SELECT imei, toDate(hour) AS day,
    sum(h.fixes) AS fixes, sum(h.usable_fixes) AS usable_fixes, sum(h.moving_fixes) AS moving_fixes, sum(h.late_fixes) AS late_fixes,
    sum(h.minutes_with_fixes) AS minutes_with_fixes, sumMap(h.fixes_by_source) AS fixes_by_source,
    sum(h.distance_m) AS distance_m, sum(h.odometer_distance_m) AS odometer_distance_m, sum(h.odometer_track_m) AS odometer_track_m,
    sum(h.moving_s) AS moving_s, sum(h.standing_s) AS standing_s, sum(h.idling_s) AS idling_s, sum(h.unseen_s) AS unseen_s, sum(h.observable_s) AS observable_s,
    max(h.longest_gap_s) AS longest_gap_s, max(h.max_speed_kmh) AS max_speed_kmh, min(h.first_fix_time) AS first_fix_time, max(h.last_fix_time) AS last_fix_time,
    argMin(h.first_odometer_m, hour) AS first_odometer_m, argMax(h.last_odometer_m, hour) AS last_odometer_m, max(h.computed_time) AS computed_time
FROM device_hours AS h FINAL
GROUP BY imei, day
COMMENT 'One row is one device and day (UTC), the sum of its device_hours';

CREATE OR REPLACE VIEW positions_now ON CLUSTER `odograph`
(
    imei              String,
    name              String COMMENT 'of the definition of the device',
    plate             String,
    group_name        String,
    vehicle_class     String,
    driver_name       String,
    state             String COMMENT 'never_seen, offline, no_position (online, but the newest position is too old), driving (3 km/h or more), idling (stands, ignition on) or parked',
    online            Bool COMMENT 'as in device_health',
    last_contact_time Nullable(DateTime64(3, 'UTC')) COMMENT 'last sign of life',
    offline_s         Nullable(Int64) COMMENT 'seconds since the last contact; NULL while online',
    fix_time          Nullable(DateTime64(0, 'UTC')) COMMENT 'of the newest usable fix; NULL: none yet, as all that follows from it',
    position_age_s    Nullable(Int64) COMMENT 'seconds since fix_time',
    received_time     Nullable(DateTime64(3, 'UTC')) COMMENT 'when the collector took this fix',
    source            Nullable(String) COMMENT 'interface it came by',
    lat               Nullable(Float64) COMMENT 'degrees, WGS-84',
    lng               Nullable(Float64) COMMENT 'degrees, WGS-84',
    h3_r9             Nullable(UInt64) COMMENT 'H3 cell of resolution 9',
    speed_kmh         Nullable(Float32) COMMENT 'km/h',
    heading_deg       Nullable(Float32) COMMENT 'degrees, clockwise from north',
    altitude_m        Nullable(Float32) COMMENT 'metres',
    odometer_m        Nullable(Float64) COMMENT 'metres',
    satellites        Nullable(Int32),
    acc               Nullable(Bool) COMMENT 'ignition, newest of fixes and heartbeats',
    battery_percent   Nullable(Float64) COMMENT 'per cent, of the device',
    charging          Nullable(Bool),
    gsm_signal        Nullable(Int32) COMMENT '0-100',
    problems          Array(String) COMMENT 'in words, as in device_health'
)
AS
SELECT
    h.imei AS imei, h.name AS name, h.plate AS plate, h.group_name AS group_name, d.vehicle_class AS vehicle_class, d.driver_name AS driver_name,
    multiIf(h.last_contact_time IS NULL, 'never_seen', NOT h.online, 'offline', p.imei = '' OR h.stale_position_while_online, 'no_position',
        ifNull(p.speed_kmh >= 3, false), 'driving', ifNull(h.acc, false), 'idling', 'parked') AS state,
    h.online AS online, h.last_contact_time AS last_contact_time, h.offline_s AS offline_s,
    if(p.imei = '', NULL, p.fix_time) AS fix_time,
    if(p.imei = '', NULL, dateDiff('second', p.fix_time, now64(0, 'UTC'))) AS position_age_s,
    if(p.imei = '', NULL, p.received_time) AS received_time,
    if(p.imei = '', NULL, toString(p.source)) AS source,
    if(p.imei = '', NULL, p.lat_e7 / 1e7) AS lat,
    if(p.imei = '', NULL, p.lng_e7 / 1e7) AS lng,
    if(p.imei = '', NULL, p.h3_r9) AS h3_r9,
    p.speed_kmh AS speed_kmh, p.heading_deg AS heading_deg, p.altitude_m AS altitude_m, p.odometer_m AS odometer_m, p.satellites AS satellites,
    h.acc AS acc, h.battery_percent AS battery_percent, h.charging AS charging, h.gsm_signal AS gsm_signal, h.problems AS problems
FROM device_health AS h
LEFT JOIN (SELECT * FROM device_positions FINAL) AS p ON p.imei = h.imei
LEFT JOIN devices_now AS d ON d.imei = h.imei
COMMENT 'One row is one device now, seen or only defined: its newest usable position by fix time, and its state. Reads small tables only, no fixes';

CREATE MATERIALIZED VIEW IF NOT EXISTS device_positions_sweep ON CLUSTER `odograph` REFRESH EVERY 1 HOUR APPEND TO device_positions_local AS
WITH
    (SELECT groupArray((imei, newest)) FROM (SELECT imei, max(hour) AS newest FROM device_hours_local AS device_hours WHERE usable_fixes > 0 GROUP BY imei)) AS hours,
    argMax(tuple(fixes.fix_time, fixes.received_time, fixes.source, fixes.lat_e7, fixes.lng_e7, fixes.speed_kmh, fixes.heading_deg, fixes.altitude_m, fixes.odometer_m, fixes.satellites, fixes.h3_r9),
        toUnixTimestamp64Second(fixes.fix_time) * 1024 + raw_offset % 1024) AS newest
SELECT imei, max(toUnixTimestamp64Second(fixes.fix_time) * 1024 + raw_offset % 1024) AS rank,
    newest.1 AS fix_time, newest.2 AS received_time, newest.3 AS source, newest.4 AS lat_e7, newest.5 AS lng_e7, newest.6 AS speed_kmh, newest.7 AS heading_deg,
    newest.8 AS altitude_m, newest.9 AS odometer_m, newest.10 AS satellites, newest.11 AS h3_r9
FROM fixes_local AS fixes
WHERE (imei, toStartOfHour(fixes.fix_time)) IN (SELECT h.1, h.2 FROM (SELECT arrayJoin(hours) AS h))
    AND NOT hasAny(quality, ['zero_position', 'no_fix', 'future', 'jump', 'hemisphere', 'lbs', 'wifi'])
GROUP BY imei;

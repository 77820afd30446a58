-- The ClickHouse users of Odograph and what they may do.
--
-- Replace each password, and "fleet" where your database has another name, and
-- run this as an administrator with clickhouse-client. The components take
-- their user from the DSN: odograph setup the migrator, the sink the sink,
-- analysts and dashboards the reader.

CREATE DATABASE IF NOT EXISTS fleet;

-- An insert that was answered is a part on disk, known by its token.
CREATE SETTINGS PROFILE IF NOT EXISTS odograph_sink SETTINGS
    async_insert = 0,
    deduplicate_insert = 'enable',
    deduplicate_blocks_in_dependent_materialized_views = 1;

-- final: rows that differ in their revision only are one row.
-- readonly 2, not 1: clients may set query settings, up to the limits.
CREATE SETTINGS PROFILE IF NOT EXISTS odograph_reader SETTINGS
    readonly = 2,
    final = 1,
    asterisk_include_alias_columns = 1,
    max_memory_usage = 2000000000 MAX 2000000000,
    max_execution_time = 60 MIN 1 MAX 600;

-- Writes rows and reads them back; changes no table.
CREATE USER IF NOT EXISTS sink IDENTIFIED BY 'sink-password' SETTINGS PROFILE odograph_sink;
GRANT SELECT, INSERT ON fleet.* TO sink;
-- The times of fixes that the sink looks up travel with its query.
GRANT CREATE TEMPORARY TABLE ON *.* TO sink;

-- Analysts and dashboards.
CREATE USER IF NOT EXISTS reader IDENTIFIED BY 'reader-password' SETTINGS PROFILE odograph_reader;
GRANT SHOW, SELECT, dictGet ON fleet.* TO reader;
GRANT SELECT ON system.* TO reader;

-- Creates and changes the schema.
CREATE USER IF NOT EXISTS migrator IDENTIFIED BY 'migrator-password';
GRANT SHOW, SELECT, INSERT, ALTER, CREATE, DROP, TRUNCATE, OPTIMIZE, dictGet ON fleet.* TO migrator;
GRANT SELECT ON system.* TO migrator;
GRANT TABLE ENGINE ON * TO migrator;
GRANT SYSTEM RELOAD DICTIONARY ON *.* TO migrator;

-- On a cluster: add ON CLUSTER 'name' to each statement above, and
-- ALTER SETTINGS PROFILE odograph_sink SETTINGS
--     insert_quorum = 'auto', insert_quorum_parallel = 0, select_sequential_consistency = 1;
-- ALTER SETTINGS PROFILE odograph_reader SETTINGS distributed_product_mode = 'global';
-- GRANT CLUSTER, REMOTE ON *.* TO migrator; GRANT REMOTE ON *.* TO reader, sink;

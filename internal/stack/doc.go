// Package stack runs a real Apache Kafka and a real ClickHouse as ordinary
// processes of this machine, without containers: for "odograph stack", for the
// demo and for the tests.
//
// Kafka is Apache Kafka in KRaft mode, one broker or three, copied from Maven
// Central by the Maven client (pom.xml pins versions, jars.sha256 pins bytes).
// ClickHouse is the engine inside the npm package @chdb/lib-linux-x64-gnu,
// installed by the npm client (package-lock.json pins its hash) and served by
// the small program in chserver. Both are kept in a cache folder outside the
// work tree; see [Options.Cache].
//
// # One stack
//
// [Start] brings up what is not up yet and returns when everything answers.
// Data, settings and logs live in one folder, [Options.Dir]; starting again on
// the same folder, from the same or another process, finds the engines that
// still run and starts those that do not. No process id is kept on disk: an
// engine is recognised by the settings file on its command line, so there is
// none that could be stale.
//
// # ClickHouse users
//
// default (no password) may do everything; sink (INSERT, SELECT), reader
// (SELECT, final = 1, limits) and migrator (schema changes) have their name as
// password. All of them are admitted from loopback only. The grants cover the
// databases whose names begin with "fleet".
//
// # Limits of this ClickHouse
//
// There is no Keeper, so no Replicated tables. SQL cannot create users. The
// tables of database system (query_log and its like) begin empty at each start.
// A failed handshake of the native protocol, such as a wrong password, restarts
// the engine (within 0.2 s; see chserver), which a clickhouse-server does not do.
//
// # Tests
//
// Package stacktest gives a test the stack of its test binary, or one of its
// own to break.
package stack

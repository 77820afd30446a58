package clickhouse

import _ "embed" // for Users

// Users are the statements that make the users of the components with their
// rights and profiles, for an administrator to adapt and run.
//
//go:embed users.sql
var Users string

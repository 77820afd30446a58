package stack

import (
	"bytes"
	"context"
	_ "embed"
	"fmt"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"text/template"

	"github.com/ClickHouse/clickhouse-go/v2"
)

// Database is the database of the pipeline; it exists when a stack has started.
const Database = "fleet"

var (
	//go:embed clickhouse/config.xml
	engineSettingsText string
	//go:embed clickhouse/users.xml
	engineUsers []byte

	engineSettings = template.Must(template.New("config.xml").Parse(engineSettingsText))
)

// serveQuery opens both listeners; the last statement reads standard input,
// which chserver keeps open, and so keeps the engine up.
const serveQuery = "SYSTEM START LISTEN HTTP; SYSTEM START LISTEN TCP; SELECT count() FROM file('-', LineAsString, 's String')"

func (s *Stack) engineDir() string { return filepath.Join(s.options.Dir, "clickhouse") }

func (s *Stack) newEngine() *Process {
	return &Process{
		name:   "clickhouse",
		marker: "--config-file=" + filepath.Join(s.engineDir(), "config.xml"),
		logs:   []string{s.logPath("clickhouse.out.log"), s.logPath("clickhouse.log")},
		ports: []usedPort{
			{s.state.ClickHousePort, clickHousePortSetting},
			{s.state.ClickHouseHTTPPort, clickHouseHTTPPortSetting},
		},
		ready:   s.engineReady,
		options: s.options,
	}
}

func (s *Stack) prepareEngine(library, server string) error {
	dir := s.engineDir()
	if err := os.MkdirAll(filepath.Join(dir, "data"), 0o750); err != nil {
		return fmt.Errorf("stack: %w", err)
	}
	var config bytes.Buffer
	err := engineSettings.Execute(&config, map[string]any{
		"Log": s.logPath("clickhouse.log"), "Users": filepath.Join(dir, "users.xml"), "Port": s.state.ClickHousePort,
	})
	if err != nil {
		return fmt.Errorf("stack: settings of clickhouse: %w", err)
	}
	if err := writeFiles(dir, map[string][]byte{"config.xml": config.Bytes(), "users.xml": engineUsers}); err != nil {
		return err
	}
	s.clickhouse.command = []string{
		filepath.Join(server, serverName), filepath.Join(library, libraryName),
		filepath.Join(dir, "data"), "clickhouse-local",
		"--path=" + filepath.Join(dir, "data"),
		fmt.Sprintf("--http_port=%d", s.state.ClickHouseHTTPPort),
		fmt.Sprintf("--tcp_port=%d", s.state.ClickHousePort),
		"--listen_host=127.0.0.1",
		// The level in the settings file has no effect on this engine.
		"--log-level=information",
		s.clickhouse.marker,
		"--query", serveQuery,
	}
	return nil
}

// engineReady reports whether both listeners answer, and creates the database.
func (s *Stack) engineReady(ctx context.Context) error {
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, s.ClickHouseHTTP()+"/ping", nil)
	if err != nil {
		return err
	}
	response, err := http.DefaultClient.Do(request)
	if err != nil {
		return err
	}
	_ = response.Body.Close()
	if response.StatusCode != http.StatusOK {
		return fmt.Errorf("HTTP interface answers %s", response.Status)
	}
	conn, err := clickhouse.Open(&clickhouse.Options{Addr: []string{address(s.state.ClickHousePort)}})
	if err != nil {
		return err
	}
	defer func() { _ = conn.Close() }()
	return conn.Exec(ctx, "CREATE DATABASE IF NOT EXISTS "+Database)
}

// ClickHouseDSN returns the native-protocol address of database fleet for a
// user: default, sink, reader or migrator.
func (s *Stack) ClickHouseDSN(user string) string {
	return s.ClickHouseDatabaseDSN(user, Database)
}

// ClickHouseDatabaseDSN is ClickHouseDSN for another database. Grants cover
// databases whose names begin with "fleet".
func (s *Stack) ClickHouseDatabaseDSN(user, database string) string {
	dsn := *s.clickhouseDSN
	dsn.Path = "/" + database
	switch {
	case dsn.User != nil:
	case user == "default":
		dsn.User = url.User(user)
	default:
		dsn.User = url.UserPassword(user, user)
	}
	return dsn.String()
}

// ClickHouseAddress returns host:port of the native protocol.
func (s *Stack) ClickHouseAddress() string { return s.clickhouseDSN.Host }

// ClickHouseHTTP returns the address of the HTTP interface; /play is below it.
func (s *Stack) ClickHouseHTTP() string { return s.clickhouseHTTP }

package config_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/odograph/odograph/internal/config"
)

func secretFile(t *testing.T, text string) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "secret")
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

func TestSecretsFromFiles(t *testing.T) {
	t.Setenv("ODOGRAPH_KAFKA_PASSWORD_FILE", secretFile(t, "of kafka\r\n"))
	t.Setenv("ODOGRAPH_TOKENS_FILE", secretFile(t, "one\ntwo,three\n"))
	t.Setenv("ODOGRAPH_CLICKHOUSE_DSN", "clickhouse://sink@db:9000/fleet?secure=true")
	t.Setenv("ODOGRAPH_CLICKHOUSE_PASSWORD_FILE", secretFile(t, "p@ss/word?"))
	cfg, err := load(t, "kafka_password: of the YAML file")
	if err != nil {
		t.Fatal(err)
	}
	if got := cfg.KafkaPassword.Reveal(); got != "of kafka" {
		t.Errorf("the password of Kafka is %q", got)
	}
	if len(cfg.Tokens) != 3 || cfg.Tokens[0].Reveal() != "one" || cfg.Tokens[2].Reveal() != "three" {
		t.Errorf("%d tokens", len(cfg.Tokens))
	}
	if got, want := cfg.DSN().Reveal(), "clickhouse://sink:p%40ss%2Fword%3F@db:9000/fleet?secure=true"; got != want {
		t.Errorf("the address of ClickHouse is %s, want %s", got, want)
	}
}

func TestFlagWinsOverSecretFile(t *testing.T) {
	t.Setenv("ODOGRAPH_KAFKA_PASSWORD_FILE", secretFile(t, "file"))
	cfg, err := load(t, "", "--kafka-password", "flag")
	if err != nil || cfg.KafkaPassword.Reveal() != "flag" {
		t.Errorf("got %q, %v", cfg.KafkaPassword.Reveal(), err)
	}
}

func TestWrongSecretFilesAreNamed(t *testing.T) {
	const name = "ODOGRAPH_KAFKA_PASSWORD_FILE"
	for what, c := range map[string]struct {
		env  map[string]string
		want []string
	}{
		"missing":       {map[string]string{name: "/nowhere/secret"}, []string{name, "/nowhere/secret"}},
		"empty":         {map[string]string{name: secretFile(t, "\n")}, []string{name, "is empty"}},
		"large":         {map[string]string{name: secretFile(t, strings.Repeat("x", 65<<10))}, []string{name, "bytes"}},
		"given twice":   {map[string]string{name: secretFile(t, "a"), "ODOGRAPH_KAFKA_PASSWORD": "hunter2"}, []string{name, "both"}},
		"two passwords": {map[string]string{"ODOGRAPH_CLICKHOUSE_DSN": "clickhouse://u:hunter2@h:9000/f", "ODOGRAPH_CLICKHOUSE_PASSWORD": "hunter2"}, []string{"clickhouse_password", "***"}},
		"no user":       {map[string]string{"ODOGRAPH_CLICKHOUSE_DSN": "clickhouse://h:9000/f", "ODOGRAPH_CLICKHOUSE_PASSWORD": "hunter2"}, []string{"clickhouse_dsn", "user@"}},
	} {
		t.Run(what, func(t *testing.T) {
			for k, v := range c.env {
				t.Setenv(k, v)
			}
			_, err := load(t, "")
			if err == nil {
				t.Fatal("was taken")
			}
			for _, w := range c.want {
				if !strings.Contains(err.Error(), w) {
					t.Errorf("%q does not name %q", err, w)
				}
			}
			if strings.Contains(err.Error(), "hunter2") {
				t.Errorf("the secret is in %q", err)
			}
		})
	}
}

// Who sends one of the secrets that another accepts takes the first of the same file.
func TestFirstSecretOfAList(t *testing.T) {
	for text, want := range map[string]string{
		"one":                "one",
		"new\nold\n":         "new",
		"\r\nnew,old\r\n":    "new",
		",\n,new\nold,older": "new",
	} {
		t.Setenv("ODOGRAPH_ONE_FILE", secretFile(t, text))
		if got, err := config.FirstFromEnvironment("ODOGRAPH_ONE"); err != nil || got.Reveal() != want {
			t.Errorf("%q gives %q, %v", text, got.Reveal(), err)
		}
	}
	t.Setenv("ODOGRAPH_ONE_FILE", secretFile(t, ",\n,"))
	if got, err := config.FirstFromEnvironment("ODOGRAPH_ONE"); err == nil || !strings.Contains(err.Error(), "ODOGRAPH_ONE_FILE") {
		t.Errorf("a list of nothing gives %q, %v", got.Reveal(), err)
	}
	t.Setenv("ODOGRAPH_ONE", "of the variable")
	if got, err := config.FirstFromEnvironment("ODOGRAPH_ONE"); err != nil || got.Reveal() != "of the variable" {
		t.Errorf("the variable gives %q, %v", got.Reveal(), err)
	}
}

// What is no secret has no such form: a mistaken name must not look as if it worked.
func TestOnlySecretsComeFromFiles(t *testing.T) {
	t.Setenv("ODOGRAPH_LISTEN_FILE", secretFile(t, ":9"))
	cfg, err := load(t, "")
	if err != nil || cfg.Listen != ":8080" {
		t.Errorf("listen is %q, %v", cfg.Listen, err)
	}
}

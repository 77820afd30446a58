package config

import (
	"fmt"
	"os"
	"strings"

	"github.com/knadh/koanf/providers/confmap"
	"github.com/knadh/koanf/v2"
)

// fileSuffix after the name of a secret's variable gives the name of the
// variable that tells its file, as orchestrators mount secrets.
const fileSuffix = "_FILE"

// mostSecretBytes is far more than any secret has; a larger file is another one.
const mostSecretBytes = 64 << 10

// loadSecretFiles takes the secrets whose files the environment names. A secret
// that is given twice is an error: nobody could tell which of them holds.
func loadSecretFiles(k *koanf.Koanf, fields []field) error {
	found := map[string]any{}
	for _, f := range fields {
		if !f.secret() {
			continue
		}
		name := f.env() + fileSuffix
		path := os.Getenv(name)
		if path == "" {
			continue
		}
		if os.Getenv(f.env()) != "" {
			return fmt.Errorf("%s and %s are both set: keep one of them", f.env(), name)
		}
		value, err := readSecret(path)
		if err != nil {
			return fmt.Errorf("%s: %w", name, err)
		}
		if _, list := f.value.Interface().([]Secret); list {
			value = strings.Join(linesOf(value), ",")
		}
		found[f.key] = value
	}
	return k.Load(confmap.Provider(found, ""), nil)
}

// FirstFromEnvironment is the secret of a variable, or the first of the file that
// the variable with _FILE after its name tells; empty where neither is set. The file
// may be the list of those who accept the secret, by lines or commas.
func FirstFromEnvironment(name string) (Secret, error) {
	if value := os.Getenv(name); value != "" {
		return Secret(value), nil
	}
	path := os.Getenv(name + fileSuffix)
	if path == "" {
		return "", nil
	}
	text, err := readSecret(path)
	if err != nil {
		return "", fmt.Errorf("%s: %w", name+fileSuffix, err)
	}
	for _, value := range strings.Split(strings.Join(linesOf(text), ","), ",") {
		if value != "" {
			return Secret(value), nil
		}
	}
	return "", fmt.Errorf("%s: %s has no secret in its lines", name+fileSuffix, path)
}

// linesOf are the lines that are not empty.
func linesOf(text string) []string {
	return strings.FieldsFunc(text, func(r rune) bool { return r == '\n' || r == '\r' })
}

// readSecret gives a file's text without the line ends that editors put after it.
func readSecret(path string) (string, error) {
	info, err := os.Stat(path) //nolint:gosec // G703: which file is a setting
	if err != nil {
		return "", err
	}
	if info.Size() > mostSecretBytes {
		return "", fmt.Errorf("%s has %d bytes: want a file with the secret alone", path, info.Size())
	}
	b, err := os.ReadFile(path) //nolint:gosec // G304: which file is a setting
	if err != nil {
		return "", err
	}
	text := strings.TrimRight(string(b), "\r\n")
	if text == "" {
		return "", fmt.Errorf("%s is empty: want a file with the secret alone", path)
	}
	return text, nil
}

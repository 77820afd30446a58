// Package config loads a component's settings: its defaults, then one YAML
// file, then the environment, then flags, each overriding the one before.
//
// A component keeps its settings in a struct beside the code that uses them,
// each field tagged with its key and its meaning:
//
//	type Config struct {
//		config.Kafka `koanf:",squash"`
//		Listen string `koanf:"listen" usage:"public webhook address"`
//	}
//
// The key listen is the flag --listen, the environment variable
// ODOGRAPH_LISTEN, and the key listen in the component's own section of the
// YAML file. Keys shared by all components (Kafka, ClickHouse, log level)
// stand at the root of the file; a section may override them.
//
//	kafka_brokers: [127.0.0.1:9092]
//	collector:
//	  listen: ":8080"
//
// A setting that is a Secret may also stand in a file of its own, which the
// variable with _FILE after its name tells: ODOGRAPH_KAFKA_PASSWORD_FILE.
package config

import (
	"errors"
	"fmt"
	"os"
	"reflect"
	"slices"
	"strings"
	"time"

	"github.com/go-viper/mapstructure/v2"
	"github.com/knadh/koanf/parsers/yaml"
	"github.com/knadh/koanf/providers/confmap"
	"github.com/knadh/koanf/providers/env/v2"
	"github.com/knadh/koanf/providers/file"
	"github.com/knadh/koanf/providers/posflag"
	"github.com/knadh/koanf/v2"
	"github.com/spf13/pflag"
)

const envPrefix = "ODOGRAPH_"

// sections are the components that may have a section in the file.
var sections = []string{"collector", "enricher", "sink", "odograph"}

// A Validator checks a whole configuration and names every wrong value.
type Validator interface{ Validate() error }

// Bind registers a flag for each field of cfg, a pointer to a struct that
// holds the defaults, and the flags --config and --check.
func Bind(fs *pflag.FlagSet, section string, cfg any) {
	fs.String("config", "", "YAML file with settings (environment and flags override it)")
	fs.Bool("check", false, "check the settings and stop")
	BindFields(fs, cfg)
	_ = section
}

// BindFields registers a flag for each field of cfg alone.
func BindFields(fs *pflag.FlagSet, cfg any) {
	for _, f := range fieldsOf(cfg) {
		if f.fileOnly() {
			continue
		}
		usage := f.usage + " (" + f.env() + ")"
		if f.secret() {
			usage = f.usage + " (" + f.env() + " or " + f.env() + fileSuffix + ")"
		}
		switch v := f.value.Interface().(type) {
		case string:
			fs.String(f.flag(), v, usage)
		case bool:
			fs.Bool(f.flag(), v, usage)
		case int:
			fs.Int(f.flag(), v, usage)
		case int64:
			fs.Int64(f.flag(), v, usage)
		case float64:
			fs.Float64(f.flag(), v, usage)
		case time.Duration:
			fs.Duration(f.flag(), v, usage)
		case []string:
			fs.StringSlice(f.flag(), v, usage)
		case Secret:
			fs.String(f.flag(), "", usage)
		case []Secret:
			fs.StringSlice(f.flag(), nil, usage)
		default:
			panic(fmt.Sprintf("config: field %s has type %T, which no flag can hold", f.key, v))
		}
	}
}

// Load fills cfg from the file named by --config, the environment and the
// flags that were given, and validates it. The error names each wrong key, its
// value and what is allowed.
func Load(fs *pflag.FlagSet, section string, cfg any) error {
	fields := fieldsOf(cfg)
	k := koanf.New(".")
	if path, _ := fs.GetString("config"); path != "" {
		if err := loadFile(k, path, section, fields); err != nil {
			return err
		}
	}
	if err := k.Load(env.Provider(".", env.Opt{Prefix: envPrefix, TransformFunc: envKey(fields)}), nil); err != nil {
		return fmt.Errorf("environment: %w", err)
	}
	if err := loadSecretFiles(k, fields); err != nil {
		return err
	}
	given := func(f *pflag.Flag) (string, any) {
		if !f.Changed {
			return "", nil
		}
		return strings.ReplaceAll(f.Name, "-", "_"), posflag.FlagVal(fs, f)
	}
	if err := k.Load(posflag.ProviderWithFlag(fs, ".", k, given), nil); err != nil {
		return fmt.Errorf("flags: %w", err)
	}
	var errs []error
	for _, f := range fields {
		if k.Exists(f.key) {
			errs = append(errs, f.set(k.Get(f.key)))
		}
	}
	if err := errors.Join(errs...); err != nil {
		return err
	}
	if v, ok := cfg.(Validator); ok {
		return v.Validate()
	}
	return nil
}

// envKey keeps the variables that are settings of this component; others,
// such as another component's, are not ours to judge.
func envKey(fields []field) func(k, v string) (string, any) {
	return func(k, v string) (string, any) {
		for _, f := range fields {
			if f.env() == k && v != "" && !f.fileOnly() {
				return f.key, v
			}
		}
		return "", nil
	}
}

func loadFile(k *koanf.Koanf, path, section string, fields []field) error {
	if _, err := os.Stat(path); err != nil {
		return fmt.Errorf("--config: %w", err)
	}
	whole := koanf.New(".")
	if err := whole.Load(file.Provider(path), yaml.Parser()); err != nil {
		return fmt.Errorf("%s: not YAML: %w", path, err)
	}
	root := map[string]any{}
	var errs []error
	for key, value := range whole.Raw() {
		switch {
		case slices.Contains(sections, key):
		case slices.Contains(sharedKeys, key):
			root[key] = value
		default:
			errs = append(errs, fmt.Errorf("%s: unknown key %q at the root (shared keys: %s; sections: %s)",
				path, key, strings.Join(sharedKeys, ", "), strings.Join(sections, ", ")))
		}
	}
	own, ok := whole.Raw()[section].(map[string]any)
	if !ok && whole.Exists(section) && whole.Get(section) != nil {
		errs = append(errs, fmt.Errorf("%s: %s must be a section of keys", path, section))
	}
	for key, value := range own {
		if !slices.ContainsFunc(fields, func(f field) bool { return f.key == key }) {
			errs = append(errs, fmt.Errorf("%s: unknown key %q in section %s (allowed: %s)", path, key, section, keys(fields)))
			continue
		}
		root[key] = value
	}
	if err := errors.Join(errs...); err != nil {
		return err
	}
	return k.Load(confmap.Provider(root, ""), nil)
}

// A field is one setting of a configuration.
type field struct {
	key, usage string
	value      reflect.Value
}

func (f field) flag() string { return strings.ReplaceAll(f.key, "_", "-") }
func (f field) env() string  { return envPrefix + strings.ToUpper(f.key) }

// fileOnly tells that a setting is a list of sections, which only the file can
// hold.
func (f field) fileOnly() bool {
	t := f.value.Type()
	return t.Kind() == reflect.Slice && t.Elem().Kind() == reflect.Struct
}

// secret tells that a setting holds what must not be seen.
func (f field) secret() bool {
	switch f.value.Interface().(type) {
	case Secret, []Secret:
		return true
	}
	return false
}

// set converts a value of any source to the field's type.
func (f field) set(v any) error {
	hook := mapstructure.ComposeDecodeHookFunc(
		mapstructure.StringToTimeDurationHookFunc(),
		mapstructure.StringToWeakSliceHookFunc(","),
		mapstructure.TextUnmarshallerHookFunc(),
	)
	out := reflect.New(f.value.Type())
	d, err := mapstructure.NewDecoder(&mapstructure.DecoderConfig{
		DecodeHook: hook, WeaklyTypedInput: true, ZeroFields: true, Result: out.Interface(),
		TagName: "koanf", ErrorUnused: true,
	})
	if err != nil {
		return err
	}
	if err := d.Decode(v); err != nil {
		if f.secret() {
			v = redacted
		}
		if f.fileOnly() { // its value may hold secrets
			return fmt.Errorf("%s: %w", f.key, err)
		}
		return Invalid(f.key, v, allowed[f.value.Type().String()])
	}
	f.value.Set(out.Elem())
	return nil
}

var allowed = map[string]string{
	"bool": "true or false", "int": "a whole number", "int64": "a whole number", "float64": "a number",
	"time.Duration": "a duration such as 500ms, 10s or 5m", "string": "a text", "[]string": "a list, or texts separated by commas",
}

// Invalid is the error for a setting with a value that is not allowed.
func Invalid(key string, value any, want string) error {
	return fmt.Errorf("%s = %q is not allowed: want %s (flag --%s, environment %s)",
		key, fmt.Sprint(value), want, strings.ReplaceAll(key, "_", "-"), envPrefix+strings.ToUpper(key))
}

func fieldsOf(cfg any) []field {
	v := reflect.ValueOf(cfg)
	if v.Kind() != reflect.Pointer || v.Elem().Kind() != reflect.Struct {
		panic("config: want a pointer to a struct")
	}
	return structFields(v.Elem())
}

func structFields(v reflect.Value) (out []field) {
	for i := range v.NumField() {
		t := v.Type().Field(i)
		key, opts, _ := strings.Cut(t.Tag.Get("koanf"), ",")
		switch {
		case opts == "squash":
			out = append(out, structFields(v.Field(i))...)
		case key != "":
			out = append(out, field{key: key, usage: t.Tag.Get("usage"), value: v.Field(i)})
		}
	}
	return out
}

func keys(fields []field) string {
	out := make([]string, len(fields))
	for i, f := range fields {
		out[i] = f.key
	}
	return strings.Join(out, ", ")
}

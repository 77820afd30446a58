package deploy

import (
	"maps"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/compose-spec/compose-go/v2/cli"
	"github.com/compose-spec/compose-go/v2/types"
	corev1 "k8s.io/api/core/v1"
)

// compose loads the file as `docker compose --profile demo --profile tools config` does: with its
// schema, its interpolation and its checks of references. env is what .env has.
func compose(t *testing.T, env ...string) *types.Project {
	t.Helper()
	options, err := cli.NewProjectOptions([]string{filepath.Join(root, "docker-compose.yml")},
		cli.WithProfiles([]string{"demo", "tools"}), cli.WithEnv(env), cli.WithInterpolation(true), cli.WithResolvedPaths(true))
	if err != nil {
		t.Fatal(err)
	}
	project, err := options.LoadProject(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	return project
}

func TestCompose(t *testing.T) {
	p := compose(t)
	want := []string{"clickhouse", "collector", "enricher", "grafana", "kafka", "platform", "prometheus", "setup", "sink", "tools"}
	if got := slices.Sorted(maps.Keys(p.Services)); !slices.Equal(got, want) {
		t.Fatalf("services %v, want %v", got, want)
	}
	known := settings(t)
	for name, s := range p.Services {
		if s.Build != nil {
			checkNames(t, known, "docker-compose.yml: "+name, slices.Concat(s.Entrypoint, s.Command), slices.Collect(maps.Keys(s.Environment)))
		}
		if s.Deploy == nil || s.Deploy.Resources.Limits == nil || s.Deploy.Resources.Limits.MemoryBytes == 0 || s.Deploy.Resources.Limits.NanoCPUs == 0 {
			t.Errorf("%s: no limits of memory and processors", name)
		}
		if s.Restart == "" {
			t.Errorf("%s: no restart policy", name)
		}
		if !slices.Contains(s.SecurityOpt, "no-new-privileges:true") {
			t.Errorf("%s: may gain privileges", name)
		}
		if long := name != "setup" && name != "platform" && name != "tools"; long == (s.HealthCheck == nil) {
			t.Errorf("%s: health check: %v", name, s.HealthCheck != nil)
		}
	}
}

// A collector that is healthy only while it is ready would count as ill for as long
// as Kafka is away, when its spool is all there is; the others have nothing to do then.
func TestComposeHealth(t *testing.T) {
	for name, s := range compose(t).Services {
		if s.Build == nil || s.HealthCheck == nil {
			continue
		}
		if live := slices.Contains(s.HealthCheck.Test, "--live"); live != (name == "collector") {
			t.Errorf("%s: health by %v", name, s.HealthCheck.Test)
		}
	}
}

// What is run by hand reads as the reader: neither the sink's password nor the
// migrator's is there for a slip.
func TestToolsOnlyRead(t *testing.T) {
	tools := compose(t).Services["tools"]
	if len(tools.Secrets) != 1 || tools.Secrets[0].Source != "clickhouse_reader_password" || len(tools.DependsOn) > 0 {
		t.Errorf("docker-compose.yml: tools has the secrets %v and waits for %v", tools.Secrets, tools.DependsOn)
	}
	dsn := tools.Environment["ODOGRAPH_CLICKHOUSE_DSN"]
	if dsn == nil || !strings.HasPrefix(*dsn, "clickhouse://reader@") {
		t.Error("docker-compose.yml: tools is not the reader")
	}
	for name, values := range installations {
		spec := pods(t, values)["fleet-odograph-tools"]
		if len(spec.Containers) != 1 || !slices.ContainsFunc(spec.Containers[0].Env, func(e corev1.EnvVar) bool {
			return e.Name == "ODOGRAPH_CLICKHOUSE_DSN" && strings.HasPrefix(e.Value, "clickhouse://reader@")
		}) {
			t.Errorf("%s: the chart's tools are not the reader", name)
		}
	}
}

// Each program takes settings of a file of its own, which git leaves alone; the
// account of odograph.env is for those who talk to the platform.
func TestComposeEnvironmentFiles(t *testing.T) {
	p, ignored := compose(t), "\n"+read(t, ".gitignore")
	for name, want := range map[string]string{"collector": "odograph.env", "enricher": "enricher.env", "sink": "sink.env", "tools": "odograph.env"} {
		files := p.Services[name].EnvFiles
		if len(files) != 1 || filepath.Base(files[0].Path) != want || bool(files[0].Required) {
			t.Errorf("%s: settings of %+v, want %s where it is there", name, files, want)
		}
		if !strings.Contains(ignored, "\n/"+want+"\n") {
			t.Errorf(".gitignore lacks /%s", want)
		}
	}
	for _, name := range []string{"enricher", "tools"} {
		if v := p.Services[name].Volumes; len(v) != 1 || v[0].Target != "/etc/odograph" || !v[0].ReadOnly {
			t.Errorf("%s: mounts %+v, want the folder of rules, to read", name, v)
		}
	}
}

// Each up runs setup: what it could not be told would be its default again.
func TestComposeSetup(t *testing.T) {
	settings := []string{"ODOGRAPH_KEEP_RAW_DAYS", "ODOGRAPH_KEEP_FIXES_DAYS", "ODOGRAPH_KEEP_EVENTS_DAYS", "ODOGRAPH_DROP_OUTDATED", "ODOGRAPH_PARTITIONS"}
	var env []string
	for i, name := range settings {
		env = append(env, name+"="+strconv.Itoa(i+1))
	}
	setup := compose(t, env...).Services["setup"]
	for i, name := range settings {
		if value := setup.Environment[name]; value == nil || *value != strconv.Itoa(i+1) {
			t.Errorf("%s of .env does not reach setup", name)
		}
	}
}

// Only the webhook and Grafana are reachable from other machines.
func TestComposePorts(t *testing.T) {
	for name, s := range compose(t).Services {
		for _, p := range s.Ports {
			public := p.HostIP == "" || p.HostIP == "0.0.0.0"
			if may := name == "collector" && p.Target == 8080 || name == "grafana"; public != may {
				t.Errorf("%s: port %d is published on %q", name, p.Target, p.HostIP)
			}
		}
	}
}

// Each program has more time to stop than it takes for itself at most.
func TestComposeGrace(t *testing.T) {
	p := compose(t)
	for name, least := range stopTimes(t) {
		if grace := p.Services[name].StopGracePeriod; grace == nil || time.Duration(*grace) <= least {
			t.Errorf("%s: stop_grace_period %v, want more than %s", name, grace, least)
		}
	}
}

// stopTimes are how long the programs may take to stop, as their code says.
func stopTimes(t *testing.T) map[string]time.Duration {
	t.Helper()
	out := map[string]time.Duration{}
	for file, pattern := range map[string]string{
		"cmd/collector/config.go": `StopTimeout: +(\d+) \* time.Second`,
		"cmd/enricher/config.go":  `StopTimeout: +(\d+) \* time.Second`,
		"cmd/sink/main.go":        `stopDeadline = (\d+) \* time.Second`,
	} {
		found := regexp.MustCompile(pattern).FindStringSubmatch(read(t, file))
		if found == nil {
			t.Fatalf("%s: no stop timeout", file)
		}
		d, err := time.ParseDuration(found[1] + "s")
		if err != nil {
			t.Fatal(err)
		}
		out[strings.Split(file, "/")[1]] = d
	}
	return out
}

// Every secret and file that the services use is made or is there, and no secret
// stands in the file itself.
func TestComposeFiles(t *testing.T) {
	p := compose(t)
	made := read(t, "deploy/secrets.sh")
	for name, s := range p.Secrets {
		if filepath.Base(s.File) != name || !regexp.MustCompile(`[( ]`+name+`[ )]`).MatchString(made) {
			t.Errorf("secret %s: deploy/secrets.sh does not make %s", name, s.File)
		}
	}
	for name, s := range p.Services {
		for _, v := range s.Volumes {
			if v.Type != types.VolumeTypeBind {
				continue
			}
			if _, err := os.Stat(v.Source); err != nil && !strings.Contains(v.Source, "grafana") {
				t.Errorf("%s mounts %s: %v", name, v.Source, err)
			}
		}
		for key, value := range s.Environment {
			if secret := strings.HasSuffix(key, "PASSWORD") || strings.HasSuffix(key, "TOKENS"); secret && value != nil {
				t.Errorf("%s: %s stands in the file", name, key)
			}
		}
	}
}

// The engines are those that the tests run on.
func TestComposeVersions(t *testing.T) {
	p := compose(t)
	tested := read(t, "internal/stack/docker.go")
	for _, name := range []string{"kafka", "clickhouse"} {
		if image := p.Services[name].Image; !strings.Contains(tested, `"`+image+`"`) {
			t.Errorf("%s: image %s is not the one of internal/stack/docker.go", name, image)
		}
	}
}

var variable = regexp.MustCompile(`\$\{(ODOGRAPH_[A-Z_]+)\}`)

// What Grafana's data sources take from the environment is given to it.
func TestComposeDataSources(t *testing.T) {
	files, err := filepath.Glob(filepath.Join(root, "deploy/grafana/provisioning/datasources/*"))
	if err != nil {
		t.Fatal(err)
	}
	grafana := compose(t).Services["grafana"]
	start := strings.Join(grafana.Entrypoint, " ")
	for _, file := range files {
		b, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		for _, name := range variable.FindAllStringSubmatch(string(b), -1) {
			if grafana.Environment[name[1]] == nil && !strings.Contains(start, "export "+name[1]+"=") {
				t.Errorf("%s wants %s, which docker-compose.yml does not give to grafana", file, name[1])
			}
		}
	}
}

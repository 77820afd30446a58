package deploy

import (
	"io"
	"log"
	"maps"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"helm.sh/helm/v3/pkg/chart"
	"helm.sh/helm/v3/pkg/chart/loader"
	"helm.sh/helm/v3/pkg/chartutil"
	"helm.sh/helm/v3/pkg/engine"
	"helm.sh/helm/v3/pkg/lint"
	"helm.sh/helm/v3/pkg/lint/support"
	appsv1 "k8s.io/api/apps/v1"
	batchv1 "k8s.io/api/batch/v1"
	corev1 "k8s.io/api/core/v1"
	networkingv1 "k8s.io/api/networking/v1"
	policyv1 "k8s.io/api/policy/v1"
	"sigs.k8s.io/yaml"
)

const chartDir = root + "/deploy/helm/odograph"

// installations are values that the chart must do for: with engines of one's
// own, with the chart's, and with everything that can be turned on.
var installations = map[string]string{
	"external": `
kafka: {brokers: ["kafka1:9092", "kafka2:9092"]}
clickhouse: {host: clickhouse}
existingSecret: mine
`,
	"trying out": `
kafka: {enabled: true}
clickhouse: {enabled: true}
secrets: {pushTokens: token}
`,
	"everything": `
kafka: {brokers: ["kafka1:9093"], tls: true, saslMechanism: SCRAM-SHA-512, user: odograph, partitions: 48}
clickhouse: {host: clickhouse, port: 9440, secure: true}
secrets: {pushTokens: token, clickhouseMigratorPassword: a, clickhouseSinkPassword: b, clickhouseReaderPassword: c, kafkaPassword: d, tracksolidAppSecret: e, tracksolidPasswordMD5: f}
tracksolid: {url: "https://eu-open.tracksolidpro.com/route/rest", appKey: k, user: u, target: t}
image: {pullSecrets: [{name: mine}]}
collector:
  replicas: 3
  pushAllow: ["10.0.0.0/8"]
  spool: {storageClass: fast}
  ingress: {enabled: true, className: nginx, host: push.example.com, tlsSecret: tls}
  extraEnv: [{name: ODOGRAPH_LOG_LEVEL, value: debug}]
  nodeSelector: {disk: ssd}
  tolerations: [{key: a, operator: Exists}]
  affinity: {nodeAffinity: {}}
enricher: {rules: "driving: {}\n"}
setup: {extraEnv: [{name: ODOGRAPH_KEEP_FIXES_DAYS, value: "730"}, {name: ODOGRAPH_CLICKHOUSE_CLUSTER, value: fleet}]}
networkPolicy: {webhookFrom: [{ipBlock: {cidr: 203.0.113.0/24}}]}
serviceMonitor: {enabled: true, labels: {release: prometheus}}
prometheusRule: {enabled: true}
`,
}

// Helm says of each link in a chart that it follows it; ours are meant.
func TestMain(m *testing.M) {
	log.SetOutput(io.Discard)
	os.Exit(m.Run())
}

func loadChart(t *testing.T) *chart.Chart {
	t.Helper()
	c, err := loader.Load(chartDir)
	if err != nil {
		t.Fatal(err)
	}
	return c
}

func parse(t *testing.T, text string) chartutil.Values {
	t.Helper()
	values, err := chartutil.ReadValues([]byte(text))
	if err != nil {
		t.Fatal(err)
	}
	return values
}

// render is helm template: values against the schema, then the templates.
func render(t *testing.T, c *chart.Chart, values string) (map[string]string, error) {
	t.Helper()
	options := chartutil.ReleaseOptions{Name: "fleet", Namespace: "odograph", Revision: 1, IsInstall: true}
	all, err := chartutil.ToRenderValues(c, parse(t, values), options, chartutil.DefaultCapabilities)
	if err != nil {
		return nil, err
	}
	return engine.Render(c, all)
}

func TestChartLint(t *testing.T) {
	for name, values := range installations {
		for _, m := range lint.AllWithKubeVersion(chartDir, parse(t, values), "odograph", nil).Messages {
			if m.Severity >= support.WarningSev {
				t.Errorf("%s: %s", name, m)
			}
		}
	}
}

// An object is one document of the rendered chart.
type object struct {
	kind, name string
	text       []byte
}

var documentEnd = regexp.MustCompile(`(?m)^---\s*$`)

func objects(t *testing.T, values string) []object {
	t.Helper()
	files, err := render(t, loadChart(t), values)
	if err != nil {
		t.Fatal(err)
	}
	var out []object
	for path, text := range files {
		if !strings.HasSuffix(path, ".yaml") {
			continue
		}
		for _, doc := range documentEnd.Split(text, -1) {
			var head struct {
				Kind     string
				Metadata struct{ Name string }
			}
			if err := yaml.Unmarshal([]byte(doc), &head); err != nil {
				t.Fatalf("%s: %v\n%s", path, err, doc)
			}
			if head.Kind != "" {
				out = append(out, object{head.Kind, head.Metadata.Name, []byte(doc)})
			}
		}
	}
	return out
}

// kinds are Kubernetes's own types of what the chart makes; a field that they do
// not have is a mistake that a cluster would refuse or, worse, leave out.
var kinds = map[string]func() any{
	"StatefulSet":         func() any { return new(appsv1.StatefulSet) },
	"Job":                 func() any { return new(batchv1.Job) },
	"CronJob":             func() any { return new(batchv1.CronJob) },
	"Service":             func() any { return new(corev1.Service) },
	"ConfigMap":           func() any { return new(corev1.ConfigMap) },
	"Secret":              func() any { return new(corev1.Secret) },
	"Ingress":             func() any { return new(networkingv1.Ingress) },
	"NetworkPolicy":       func() any { return new(networkingv1.NetworkPolicy) },
	"PodDisruptionBudget": func() any { return new(policyv1.PodDisruptionBudget) },
}

func TestChartObjects(t *testing.T) {
	want := map[string]map[string]int{
		"external":   {"StatefulSet": 3, "Job": 1, "CronJob": 1, "Service": 4, "NetworkPolicy": 3, "PodDisruptionBudget": 3, "Secret": 0},
		"trying out": {"StatefulSet": 5, "Job": 1, "Service": 6, "NetworkPolicy": 5, "PodDisruptionBudget": 3, "Secret": 1},
		"everything": {"StatefulSet": 3, "Job": 1, "Service": 4, "Ingress": 1, "ServiceMonitor": 1, "PrometheusRule": 1, "Secret": 1},
	}
	for name, values := range installations {
		t.Run(name, func(t *testing.T) {
			count, seen := map[string]int{}, map[string]bool{}
			for _, o := range objects(t, values) {
				count[o.kind]++
				if seen[o.kind+"/"+o.name] {
					t.Errorf("%s %s is made twice", o.kind, o.name)
				}
				seen[o.kind+"/"+o.name] = true
				make, ok := kinds[o.kind]
				if !ok {
					continue
				}
				if err := yaml.UnmarshalStrict(o.text, make()); err != nil {
					t.Errorf("%s %s: %v", o.kind, o.name, err)
				}
			}
			for kind, n := range want[name] {
				if count[kind] != n {
					t.Errorf("%d of %s, want %d", count[kind], kind, n)
				}
			}
		})
	}
}

// pods are the pods of the chart's stateful sets and jobs, also of those that are
// made by hand, by their names.
func pods(t *testing.T, values string) map[string]corev1.PodSpec {
	t.Helper()
	out := map[string]corev1.PodSpec{}
	for _, o := range objects(t, values) {
		var s struct {
			Spec struct{ Template corev1.PodTemplateSpec }
		}
		if o.kind == "StatefulSet" || o.kind == "Job" {
			if err := yaml.Unmarshal(o.text, &s); err != nil {
				t.Fatal(err)
			}
			out[o.name] = s.Spec.Template.Spec
		}
		if o.kind == "CronJob" {
			var c batchv1.CronJob
			if err := yaml.Unmarshal(o.text, &c); err != nil {
				t.Fatal(err)
			}
			if c.Spec.Suspend == nil || !*c.Spec.Suspend {
				t.Errorf("%s runs by itself", o.name)
			}
			out[o.name] = c.Spec.JobTemplate.Spec.Template.Spec
		}
	}
	return out
}

func TestChartPods(t *testing.T) {
	known, stops := settings(t), stopTimes(t)
	for name, values := range installations {
		for pod, spec := range pods(t, values) {
			at := name + ": " + pod
			c := spec.Containers[0]
			ours := strings.HasPrefix(c.Image, "odograph:")
			if ours {
				var names []string
				for _, e := range c.Env {
					names = append(names, e.Name)
				}
				checkNames(t, known, at, c.Command, names)
				checkMounts(t, at, spec)
				if c.SecurityContext.ReadOnlyRootFilesystem == nil || !*c.SecurityContext.ReadOnlyRootFilesystem {
					t.Errorf("%s: may write its image", at)
				}
			}
			if spec.SecurityContext == nil || spec.SecurityContext.RunAsNonRoot == nil || !*spec.SecurityContext.RunAsNonRoot {
				t.Errorf("%s: may run as root", at)
			}
			if c.Resources.Limits.Memory().IsZero() || c.Resources.Requests.Cpu().IsZero() {
				t.Errorf("%s: no limit of memory, or no request of processors", at)
			}
			if least, ok := stops[strings.Join(c.Command, " ")]; ok && spec.TerminationGracePeriodSeconds != nil && float64(*spec.TerminationGracePeriodSeconds) <= least.Seconds() {
				t.Errorf("%s: %d s to stop, it may take %s", at, *spec.TerminationGracePeriodSeconds, least)
			}
		}
	}
}

// checkMounts fails where a secret's file is named and not mounted.
func checkMounts(t *testing.T, at string, spec corev1.PodSpec) {
	t.Helper()
	var files []string
	for _, v := range spec.Volumes {
		if v.Secret != nil {
			for _, item := range v.Secret.Items {
				files = append(files, "/run/secrets/odograph/"+item.Path)
			}
		}
	}
	for _, e := range spec.Containers[0].Env {
		if strings.HasSuffix(e.Name, "_FILE") && !slices.Contains(files, e.Value) {
			t.Errorf("%s: %s is %s, mounted are %v", at, e.Name, e.Value, files)
		}
	}
}

// Each upgrade runs setup: what it could not be told would be its default again.
func TestChartSetup(t *testing.T) {
	env := pods(t, installations["everything"])["fleet-odograph-setup"].Containers[0].Env
	for _, want := range []corev1.EnvVar{{Name: "ODOGRAPH_KEEP_FIXES_DAYS", Value: "730"}, {Name: "ODOGRAPH_CLICKHOUSE_CLUSTER", Value: "fleet"}} {
		if !slices.Contains(env, want) {
			t.Errorf("setup.extraEnv: %s does not reach setup", want.Name)
		}
	}
}

// The Secret outlives its turn from a part of the release into a hook: Helm deletes
// what the release has no more, unless it is to keep it. On the way back Helm takes
// only what says that it is this release's.
func TestChartSecretIsKept(t *testing.T) {
	for name, hook := range map[string]bool{"everything": true, "trying out": false} {
		for _, o := range objects(t, installations[name]) {
			var s corev1.Secret
			if o.kind != "Secret" {
				continue
			}
			if err := yaml.Unmarshal(o.text, &s); err != nil {
				t.Fatal(err)
			}
			if is := s.Annotations["helm.sh/hook"] != ""; is != hook {
				t.Errorf("%s: %s is a hook: %v", name, s.Name, is)
			}
			if hook && (s.Annotations["helm.sh/resource-policy"] != "keep" || s.Labels["app.kubernetes.io/managed-by"] != "Helm" ||
				s.Annotations["meta.helm.sh/release-name"] != "fleet" || s.Annotations["meta.helm.sh/release-namespace"] != "odograph") {
				t.Errorf("%s: %s would be deleted or refused: %v %v", name, s.Name, s.Annotations, s.Labels)
			}
		}
	}
}

// A collector stays in its service while it takes pushes into its spool, which
// /readyz reports as not ready: it leaves only when nobody listens.
func TestChartReadiness(t *testing.T) {
	asked := 0
	for name, values := range installations {
		for pod, spec := range pods(t, values) {
			c := spec.Containers[0]
			if !strings.HasPrefix(c.Image, "odograph:") || c.ReadinessProbe == nil {
				continue
			}
			asked++
			p := c.ReadinessProbe
			if c.Command[0] == "collector" && (p.TCPSocket == nil || p.TCPSocket.Port.StrVal != "http") {
				t.Errorf("%s: %s: ready by %v, want its port of pushes", name, pod, p.ProbeHandler)
			}
			if c.Command[0] != "collector" && (p.HTTPGet == nil || p.HTTPGet.Path != "/readyz") {
				t.Errorf("%s: %s: ready by %v, want /readyz", name, pod, p.ProbeHandler)
			}
			if c.LivenessProbe == nil || c.LivenessProbe.HTTPGet.Path != "/livez" {
				t.Errorf("%s: %s: alive by %v, want /livez", name, pod, c.LivenessProbe)
			}
		}
	}
	if asked != 3*len(installations) {
		t.Errorf("%d readiness probes", asked)
	}
}

// What is wrong or missing is said by its name, before anything is installed.
func TestChartRefuses(t *testing.T) {
	c := loadChart(t)
	for what, values := range map[string]string{
		"kafka.brokers":            "clickhouse: {host: a}\nexistingSecret: b",
		"clickhouse.host":          "kafka: {brokers: ['a:1']}\nexistingSecret: b",
		"secrets.pushTokens":       "kafka: {brokers: ['a:1']}\nclickhouse: {host: a}",
		"clickhouse-sink-password": "kafka: {brokers: ['a:1']}\nclickhouse: {host: a}\nsecrets: {pushTokens: t, clickhouseMigratorPassword: m}",
		"replicas":                 "kafka: {brokers: ['a:1']}\nclickhouse: {host: a}\nexistingSecret: b\nsink: {replicas: 0}",
		"replica ":                 "kafka: {brokers: ['a:1']}\nclickhouse: {host: a}\nexistingSecret: b\nsink: {'replica ': 1}",
		"brokers":                  "kafka: {brokers: ['http://a:1']}\nclickhouse: {host: a}\nexistingSecret: b",
		"url":                      "kafka: {brokers: ['a:1']}\nclickhouse: {host: a}\nexistingSecret: b\ntracksolid: {url: 'http://a'}",
	} {
		if _, err := render(t, c, values); err == nil || !strings.Contains(err.Error(), what) {
			t.Errorf("%s: %v", what, err)
		}
	}
}

// Admin ports are in no service that is published, and only named peers reach them.
func TestChartAdminPortsArePrivate(t *testing.T) {
	policies := 0
	for _, o := range objects(t, installations["everything"]) {
		switch o.kind {
		case "Service":
			var s corev1.Service
			if err := yaml.Unmarshal(o.text, &s); err != nil {
				t.Fatal(err)
			}
			for _, p := range s.Spec.Ports {
				if p.TargetPort.StrVal == "admin" && s.Spec.ClusterIP != "None" {
					t.Errorf("service %s publishes the admin port", s.Name)
				}
			}
		case "NetworkPolicy":
			var p networkingv1.NetworkPolicy
			if err := yaml.Unmarshal(o.text, &p); err != nil {
				t.Fatal(err)
			}
			for _, rule := range p.Spec.Ingress {
				policies++
				if len(rule.Ports) == 0 || rule.Ports[0].Port.StrVal == "admin" && len(rule.From) == 0 {
					t.Errorf("%s: everybody reaches the admin port", p.Name)
				}
			}
		}
	}
	if policies < 4 {
		t.Errorf("%d rules of network policies", policies)
	}
}

// The operator's rules are those of the file, with their templates untouched.
func TestChartRules(t *testing.T) {
	for _, o := range objects(t, installations["everything"]) {
		if o.kind != "PrometheusRule" {
			continue
		}
		var got struct{ Spec map[string]any }
		var want map[string]any
		if err := yaml.Unmarshal(o.text, &got); err != nil {
			t.Fatal(err)
		}
		if err := yaml.Unmarshal([]byte(read(t, "deploy/prometheus/rules.yml")), &want); err != nil {
			t.Fatal(err)
		}
		a, _ := yaml.Marshal(got.Spec)
		b, _ := yaml.Marshal(want)
		if string(a) != string(b) || !strings.Contains(string(a), "$labels.instance") {
			t.Error("the PrometheusRule is not deploy/prometheus/rules.yml")
		}
		return
	}
	t.Error("no PrometheusRule")
}

// Each dashboard of the folder becomes a ConfigMap that Grafana's sidecar finds.
func TestChartDashboards(t *testing.T) {
	entries, err := os.ReadDir(filepath.Join(root, "deploy/grafana/dashboards"))
	if err != nil {
		t.Fatal(err)
	}
	got := map[string]bool{}
	for _, o := range objects(t, installations["external"]) {
		var c corev1.ConfigMap
		if o.kind != "ConfigMap" {
			continue
		}
		if err := yaml.Unmarshal(o.text, &c); err != nil {
			t.Fatal(err)
		}
		for file := range maps.Keys(c.Data) {
			if c.Labels["grafana_dashboard"] == "1" && c.Data[file] == read(t, "deploy/grafana/dashboards/"+file) {
				got[file] = true
			}
		}
	}
	for _, e := range entries {
		if strings.HasSuffix(e.Name(), ".json") && !got[e.Name()] {
			t.Errorf("%s is in no ConfigMap", e.Name())
		}
	}
}

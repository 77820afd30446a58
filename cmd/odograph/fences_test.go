package main

import (
	"bytes"
	"context"
	"encoding/json"
	"log/slog"
	"net/http/httptest"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"github.com/twmb/franz-go/pkg/kadm"
	"github.com/twmb/franz-go/pkg/kgo"

	"github.com/odograph/odograph/cmd/odograph/fencing"
	"github.com/odograph/odograph/internal/config"
	"github.com/odograph/odograph/internal/kafka"
	"github.com/odograph/odograph/internal/polls"
	"github.com/odograph/odograph/internal/stack/stacktest"
	"github.com/odograph/odograph/pkg/fences"
	"github.com/odograph/odograph/pkg/jimi/jimitest"
	"github.com/odograph/odograph/pkg/jimi/openapi"
	"github.com/odograph/odograph/pkg/schema"
)

// A fenceShop is an installation's topics and a folder of files of fences.
type fenceShop struct {
	t    *testing.T
	dir  string
	cfg  config.Kafka
	args []string // of every command
}

func newFenceShop(t *testing.T) *fenceShop {
	t.Helper()
	s := stacktest.Shared(t)
	shop := &fenceShop{t: t, dir: t.TempDir(), cfg: config.DefaultKafka()}
	shop.cfg.KafkaBrokers, shop.cfg.TopicPrefix = s.Brokers(), stacktest.TopicPrefix(t, s)
	shop.args = []string{"--kafka-brokers", strings.Join(s.Brokers(), ","), "--topic-prefix", shop.cfg.TopicPrefix}
	client := shop.client()
	_, err := kafka.EnsureTopics(t.Context(), kadm.NewClient(client), shop.cfg.TopicPrefix, 3, 1)
	require.NoError(t, err)
	return shop
}

func (s *fenceShop) client(more ...kgo.Opt) *kgo.Client {
	s.t.Helper()
	client, err := kgo.NewClient(append(more, kgo.SeedBrokers(s.cfg.KafkaBrokers...))...)
	require.NoError(s.t, err)
	s.t.Cleanup(client.Close)
	return client
}

func (s *fenceShop) file(name, text string) {
	s.t.Helper()
	require.NoError(s.t, os.WriteFile(filepath.Join(s.dir, name), []byte(text), 0o600))
}

// run runs odograph fences without a terminal.
func (s *fenceShop) run(args ...string) (string, error) {
	s.t.Helper()
	var out bytes.Buffer
	root := rootCommand()
	root.SetArgs(append(append([]string{"fences"}, args...), s.args...))
	root.SetOut(&out)
	root.SetIn(strings.NewReader("y\n"))
	err := root.ExecuteContext(s.t.Context())
	return out.String(), err
}

func (s *fenceShop) runs(args ...string) string {
	s.t.Helper()
	out, err := s.run(args...)
	require.NoError(s.t, err, out)
	return out
}

// records are all records of the topic, of each fence in order.
func (s *fenceShop) records() map[string][]schema.Fence {
	s.t.Helper()
	topic := schema.TopicFences.Name(s.cfg.TopicPrefix)
	client := s.client(kgo.ConsumeTopics(topic), kgo.ConsumeResetOffset(kgo.NewOffset().AtStart()))
	ends, err := kadm.NewClient(client).ListEndOffsets(s.t.Context(), topic)
	require.NoError(s.t, err)
	left := int64(0)
	ends.Each(func(o kadm.ListedOffset) { left += o.Offset })
	out := map[string][]schema.Fence{}
	for left > 0 {
		client.PollFetches(s.t.Context()).EachRecord(func(r *kgo.Record) {
			left--
			var f schema.Fence
			require.NoError(s.t, schema.Decode(r.Value, &f))
			require.Equal(s.t, f.FenceID, string(r.Key))
			require.Equal(s.t, polls.Partition(f.FenceID, 3), r.Partition)
			_, err := fences.Compile(&f)
			require.NoError(s.t, err, "an enricher takes it")
			out[f.FenceID] = append(out[f.FenceID], f)
		})
	}
	return out
}

func recordCount(records map[string][]schema.Fence) (n int) {
	for _, list := range records {
		n += len(list)
	}
	return n
}

const zoo = `{"type":"Feature","id":"zoo","properties":{"name":"Zoo"},"geometry":{"type":"Polygon","coordinates":[[[13.3,52.5],[13.31,52.5],[13.31,52.51],[13.3,52.51],[13.3,52.5]]]}}`

func TestFencesApply(t *testing.T) {
	s := newFenceShop(t)
	s.file("a.geojson", zoo)
	s.file("b.yaml", "- {fence_id: gate, imeis: [860000000000001], tell: [enter], shape: {circle: {lat: 52.5, lng: 13.4, radius_m: 300}}}\n")
	out, err := s.run("apply", s.dir)
	require.ErrorContains(t, err, "add --yes")
	require.Contains(t, out, "2 new, 0 changed, 0 deleted, 0 unchanged")
	s.runs("apply", s.dir, "--dry-run")
	require.Zero(t, recordCount(s.records()), "nothing is written unasked")

	before := time.Now()
	out = s.runs("apply", s.dir, "--yes")
	require.Contains(t, out, "2 definitions written; they hold from")
	r := s.records()
	require.Equal(t, 2, recordCount(r))
	require.EqualValues(t, 1, r["zoo"][0].Version)
	require.WithinRange(t, r["zoo"][0].ValidFrom.Value, before.Add(lead-time.Second), time.Now().Add(lead))
	require.Equal(t, r["zoo"][0].ValidFrom, r["gate"][0].ValidFrom)

	out = s.runs("apply", s.dir)
	require.Equal(t, "0 new, 0 changed, 0 deleted, 2 unchanged\n", out, "nobody is asked where there is nothing to do")
	require.Equal(t, 2, recordCount(s.records()), "a second time writes nothing")

	s.file("a.geojson", strings.ReplaceAll(zoo, "52.51", "52.52"))
	require.NoError(t, os.Remove(filepath.Join(s.dir, "b.yaml")))
	out = s.runs("apply", s.dir, "--yes")
	require.Contains(t, out, "~ zoo (version 1 -> 2): shape: area +99.98 % (+7524")
	require.Contains(t, out, "0 new, 1 changed, 0 deleted, 0 unchanged, 1 not in the files and left alone")
	require.Len(t, s.records()["gate"], 1)

	out = s.runs("apply", s.dir, "--prune", "--within", "other/", "--yes")
	require.Contains(t, out, "0 deleted")
	out = s.runs("apply", s.dir, "--prune", "--yes")
	require.Contains(t, out, "- gate (version 1 -> 2): deleted")
	require.True(t, s.records()["gate"][1].Deleted)

	s.file("b.yaml", "- {fence_id: gate, shape: {circle: {lat: 52.5, lng: 13.4, radius_m: 300}}}\n")
	out = s.runs("apply", s.dir, "--yes", "--valid-from", "2026-01-01T00:00:00Z")
	require.Contains(t, out, "+ gate (version 2 -> 3): circle of 300 m radius; for all devices; it was deleted before")
	require.Contains(t, out, "takes the place of version 2 wholly")
	require.Contains(t, out, "fences replay")
	gate := s.records()["gate"][2]
	require.EqualValues(t, 3, gate.Version, "goes on counting")
	require.Equal(t, time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC), gate.ValidFrom.Value)

	s.runs("delete", "gate", "--yes", "--valid-from", "always")
	gone := s.records()["gate"][3]
	require.True(t, gone.Deleted && gone.Version == 4 && !gone.ValidFrom.Valid)
	require.Contains(t, s.runs("delete", "gate"), "gate is deleted already, by version 4")
	out, err = s.run("delete", "zoo", "zo", "--yes")
	require.ErrorContains(t, err, "no such fence: zo (", out)
	require.Len(t, s.records()["zoo"], 2, "nothing is deleted where one is missing")
}

func TestFencesRefused(t *testing.T) {
	s := newFenceShop(t)
	s.file("a.geojson", zoo)
	s.runs("apply", s.dir, "--yes")
	s.file("a.geojson", strings.ReplaceAll(zoo, "13.31", "1313.1"))
	s.file("b.yaml", "- {fence_id: gate, shape: {circle: {lat: 52.5, lng: 13.4, radius_m: 300}}}\n")
	out, err := s.run("apply", s.dir, "--strict", "--yes")
	require.ErrorIs(t, err, fencing.ErrRefused)
	require.Contains(t, out, `a.geojson, feature 1: fence "zoo"`)
	require.Equal(t, 1, recordCount(s.records()))
	out, err = s.run("apply", s.dir, "--prune", "--yes")
	require.ErrorContains(t, err, "1 definition was refused")
	require.Contains(t, out, "1 new")
	require.Len(t, s.records()["zoo"], 1, "stays as it is")
	require.Len(t, s.records()["gate"], 1)
	s.file("b.yaml", "- {fence_id: bridge, shape: {circle: {lat: 52.5, lng: 13.4, radius_m: 300}}}\n")
	out, err = s.run("apply", s.dir, "--prune", "--yes")
	require.Error(t, err)
	require.Contains(t, out, "nothing is deleted while definitions are refused; it would be gate")
	require.Len(t, s.records()["gate"], 1)
	for _, args := range [][]string{{"apply", s.dir + "/none"}, {"apply", s.dir, "--valid-from", "tomorrow"}, {"apply", s.dir, "--within", "x"}, {"import"}, {"export"}, {"export", "--format", "svg"}, {"list", "--format", "svg"}, {"show", "none"}, {"check", s.dir, "--resolution", "16"}} {
		if args[0] == "check" {
			continue // has no settings of Kafka
		}
		_, err := s.run(args...)
		require.Error(t, err, args)
	}
}

// TestFencesAtTheSameTime: of two who have read the same, one is told.
func TestFencesAtTheSameTime(t *testing.T) {
	s := newFenceShop(t)
	opts, err := kafka.Options(s.cfg, "test", slog.New(slog.DiscardHandler), nil)
	require.NoError(t, err)
	open := func() *fencing.Topic {
		topic, err := fencing.Open(opts, s.cfg.TopicPrefix)
		require.NoError(t, err)
		t.Cleanup(topic.Close)
		require.NoError(t, topic.Read(t.Context()))
		return topic
	}
	set := new(fencing.Set)
	set.ReadText([]byte(zoo), "a.json", &fencing.Form{})
	first, second := open(), open()
	require.NoError(t, first.Write(t.Context(), first.PlanSet(set, nil), fencing.When{Always: true}))
	require.ErrorIs(t, second.Write(t.Context(), second.PlanSet(set, nil), fencing.When{Always: true}), fencing.ErrChanged)
	require.Len(t, s.records()["zoo"], 1)
	require.False(t, s.records()["zoo"][0].ValidFrom.Valid)
}

func TestFencesWithoutKafka(t *testing.T) {
	cfg := config.DefaultKafka()
	cfg.KafkaBrokers = []string{"127.0.0.1:1"}
	ctx, cancel := context.WithTimeout(t.Context(), 500*time.Millisecond)
	defer cancel()
	_, err := openFences(ctx, &cfg)
	require.ErrorContains(t, err, "ODOGRAPH_KAFKA_BROKERS")
}

func TestFencesLook(t *testing.T) {
	s := newFenceShop(t)
	s.file("a.geojson", zoo)
	s.file("b.yaml", "- {fence_id: gate, groups: [vans], tell: [enter], shape: {circle: {lat: 52.5, lng: 13.4, radius_m: 300}}}\n- {fence_id: old, shape: {circle: {lat: 52.5, lng: 13.4, radius_m: 300}}}\n")
	s.runs("apply", s.dir, "--yes", "--valid-from", "2026-01-01T00:00:00Z")
	s.runs("delete", "old", "--yes")
	bad, err := schema.Encode(&schema.Fence{FenceID: "bad", Version: 4, Name: "Bad", GeoJSON: schema.Bytes(`{"type":"Point","coordinates":[1,2]}`)})
	require.NoError(t, err)
	require.NoError(t, s.client().ProduceSync(t.Context(), &kgo.Record{Topic: schema.TopicFences.Name(s.cfg.TopicPrefix), Key: []byte("bad"), Value: bad}).FirstErr())

	out := s.runs("list")
	says(t, out, `^gate 1 gate circle 1 radius 300 m groups vans 2026-01-01 00:00:00Z enter$`,
		`^zoo 1 Zoo polygon 4 0.753 km2 all devices 2026-01-01 00:00:00Z all$`, `^bad 4 Bad not usable see below`, `^not usable, .*fence "bad": a circle without a radius`)
	require.NotContains(t, out, "old")
	says(t, s.runs("list", "--all"), `^old 2 old deleted`)
	var f schema.Fence
	require.NoError(t, schema.Decode([]byte(strings.Split(s.runs("list", "--format", "json"), "\n")[1]), &f))
	require.Equal(t, "gate", f.FenceID)

	shown := s.runs("show", "zoo", "gate")
	says(t, shown, `^# version 1, valid from 2026-01-01`, `^- fence_id: "gate"$`, `^ groups: \["vans"\]$`)
	again := t.TempDir()
	require.NoError(t, os.WriteFile(filepath.Join(again, "a.yaml"), []byte(shown), 0o600))
	require.Contains(t, s.runs("apply", again), "0 new, 0 changed, 0 deleted, 2 unchanged", "what is shown is what is there")
	s.runs("export", "zoo", "gate", "--format", "geojson", "--out", filepath.Join(again, "a.geojson"))
	require.NoError(t, os.Remove(filepath.Join(again, "a.yaml")))
	require.Contains(t, s.runs("apply", again), "0 new, 0 changed, 0 deleted, 2 unchanged")
	out, err = s.run("export", "zoo", "gate", "--format", "wkt")
	require.ErrorContains(t, err, `fence "gate": a circle has no WKT`)
	require.Contains(t, out, "zoo\tPOLYGON((13.3 52.5,")
	s.runs("export", "zoo", "gate", "--format", "platform")
	_, err = s.run("list", "--format", "geojson")
	require.NoError(t, err)

	s.file("b.yaml", "- {fence_id: bad, shape: {circle: {lat: 52.5, lng: 13.4, radius_m: 300}}}\n")
	require.Contains(t, s.runs("apply", s.dir, "--yes"), "~ bad (version 4 -> 5)")
}

// TestFencesPlatform brings fences to the platform and back.
func TestFencesPlatform(t *testing.T) {
	s := newFenceShop(t)
	p := jimitest.New(jimitest.Options{Seed: 3, Devices: 60, Messy: true, TokenGetEvery: time.Nanosecond})
	server := httptest.NewServer(p)
	defer server.Close()
	a := p.Account()
	files := s.args
	s.args = append(s.args[:len(s.args):len(s.args)], "--tracksolid-url", server.URL, "--tracksolid-app-key", a.AppKey, "--tracksolid-app-secret", a.AppSecret,
		"--tracksolid-allow-http", "--operator-user", a.User, "--operator-password-md5", a.PasswordMD5, "--poll-rate", "60000")
	platform := s.args
	imeis := p.IMEIs()
	quoted, err := json.Marshal(imeis)
	require.NoError(t, err)
	s.file("a.yaml", `
- {fence_id: circle, name: Circle, imeis: `+string(quoted)+`, tell: [enter, exit, dwell], dwell_s: [172800], shape: {circle: {lat: 52.5, lng: 13.4, radius_m: 300}}}
- {fence_id: polygon, name: Polygon, imeis: [`+imeis[0]+`], tell: [enter], speed_limit_kmh: 30, shape: {platform: "52.5,13.4#52.5,13.41#52.51,13.41"}}
- {fence_id: small, imeis: [`+imeis[0]+`], shape: {circle: {lat: 52.5, lng: 13.4, radius_m: 30}}}
- {fence_id: corridor, imeis: [`+imeis[0]+`], shape: {corridor: {width_m: 300, points: [[52.5, 13.4], [52.6, 13.4]]}}}
- {fence_id: all, shape: {circle: {lat: 52.5, lng: 13.4, radius_m: 400}}}
`)
	s.args = files
	s.runs("apply", s.dir, "--yes")
	s.args = platform
	all := []string{"export", "circle", "polygon", "small", "corridor", "all", "--to-platform"}
	out, err := s.run(all...)
	require.ErrorContains(t, err, "add --yes")
	require.Zero(t, p.Stats().Calls[openapi.FenceCreate.Name])
	require.Contains(t, out, "the platform has no speed_limit_kmh")
	out, err = s.run(append(all, "--yes")...)
	require.ErrorContains(t, err, "3 definitions were refused")
	for _, text := range []string{`fence "small": a radius of 30 m: the platform takes 200 to 5000 m`, `fence "corridor": a corridor`, `fence "all": it is there for all devices`} {
		require.Contains(t, out, text)
	}
	require.Equal(t, 2, p.Stats().Calls[openapi.FenceCreate.Name])
	require.Equal(t, 3, p.Stats().Calls[openapi.FenceBind.Name], "60 devices are two calls")
	out = s.runs("export", "circle", "polygon", "--to-platform", "--yes")
	require.Contains(t, out, "= circle (the platform's fence")
	require.Equal(t, 2, p.Stats().Calls[openapi.FenceCreate.Name], "a second time changes nothing")
	require.Zero(t, p.Stats().Calls[openapi.FenceUpdate.Name])

	out = s.runs("import", "--from-platform", "--yes")
	require.Contains(t, out, "2 new", out)
	out = s.runs("import", "--from-platform")
	require.Contains(t, out, "0 new, 0 changed, 0 deleted, 2 unchanged")
	r := s.records()
	var circle schema.Fence
	for id, list := range r {
		if strings.HasPrefix(id, "platform/"+a.User+"/") && list[0].Name == "Circle" {
			circle = list[0]
		}
	}
	want := r["circle"][0]
	want.FenceID, want.ValidFrom = circle.FenceID, circle.ValidFrom
	require.Equal(t, want, circle, "comes back as it went")

	dir := t.TempDir()
	out = s.runs("import", "--from-platform", "--out", dir)
	text, err := os.ReadFile(filepath.Join(dir, "platform-"+a.User+".geojson"))
	require.NoError(t, err, out)
	text = bytes.ReplaceAll(text, []byte(`"radius_m":300`), []byte(`"radius_m":500`))
	require.NoError(t, os.WriteFile(filepath.Join(dir, "a.geojson"), text, 0o600))
	s.args = files
	require.Contains(t, s.runs("apply", filepath.Join(dir, "a.geojson"), "--yes"), "1 changed")
	s.args = platform
	out = s.runs("export", circle.FenceID, "--to-platform", "--yes")
	require.Contains(t, out, "radius 300 m -> 500 m", "goes back to where it came from")
	require.Equal(t, 1, p.Stats().Calls[openapi.FenceUpdate.Name])

	s.runs("export", "all", "--to-platform", "--bind", imeis[5], "--yes")
	_, err = s.run("export", "circle", "--to-platform")
	require.ErrorContains(t, err, "add --yes", "it has the old radius")
	s.args = slices.Concat(files, platform[len(files):len(platform)-6])
	_, err = s.run("export", "circle", "--to-platform", "--yes")
	require.ErrorContains(t, err, "the account is the pipeline's")
	require.Equal(t, 2*(3+4+1), s.audited(), "each change leaves two records")
}

// audited counts the records that changes left.
func (s *fenceShop) audited() (n int) {
	ends, err := kadm.NewClient(s.client()).ListEndOffsets(s.t.Context(), schema.TopicRaw.Name(s.cfg.TopicPrefix))
	require.NoError(s.t, err)
	ends.Each(func(o kadm.ListedOffset) { n += int(o.Offset) })
	return n
}

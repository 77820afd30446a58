package main

import (
	"bufio"
	"fmt"
	"math/rand/v2"
	"net"
	"os"
	"strconv"
	"strings"
	"testing"

	"github.com/odograph/odograph/pkg/geo"
)

// TestMain lets this program stand in for tile38-server, which few machines have.
func TestMain(m *testing.M) {
	if os.Getenv("ODOGRAPH_TEST_STAND_IN") != "" {
		if err := standIn(os.Args[1:]); err != nil {
			fmt.Fprintln(os.Stderr, "stand-in:", err)
			os.Exit(1)
		}
		return
	}
	os.Exit(m.Run())
}

// standIn answers PING, SET and INTERSECTS as Tile38 does, one connection.
func standIn(args []string) error {
	l, err := net.Listen("tcp", net.JoinHostPort(args[2], args[4])) // -q -h HOST -p PORT
	if err != nil {
		return err
	}
	conn, err := l.Accept()
	if err != nil {
		return err
	}
	in, out := bufio.NewReader(conn), bufio.NewWriter(conn)
	var fences []*geo.Fence
	for {
		command, err := readReply(in)
		if err != nil {
			return nil //nolint:nilerr // the other end has gone
		}
		words := make([]string, len(command.list))
		for i, w := range command.list {
			words[i] = w.text
		}
		switch strings.Join(words[:min(2, len(words))], " ") {
		case "PING":
			_, _ = out.WriteString("+PONG\r\n")
		case "SET fences":
			f, err := geo.ParseFence(words[2], []byte(words[4]), geo.Form{})
			if err != nil {
				return err
			}
			fences = append(fences, f)
			_, _ = out.WriteString("+OK\r\n")
		case "INTERSECTS fences":
			lat, _ := strconv.ParseFloat(words[6], 64)
			lng, _ := strconv.ParseFloat(words[7], 64)
			_, _ = out.WriteString("*2\r\n:0\r\n")
			writeCommand(out, ids(everyFence(fences)(nil, geo.Point{Lat: lat, Lng: lng}))...)
		default:
			_, _ = fmt.Fprintf(out, "-ERR unknown command %q\r\n", words)
		}
		if err := out.Flush(); err != nil {
			return err
		}
	}
}

func TestAgainstTile38(t *testing.T) {
	program, err := findTile38(os.Getenv("TILE38_SERVER"))
	if err != nil {
		t.Fatal(err)
	}
	if program == "" {
		t.Setenv("ODOGRAPH_TEST_STAND_IN", "yes")
		if program, err = os.Executable(); err != nil {
			t.Fatal(err)
		}
	}
	server, err := startTile38(program)
	if err != nil {
		t.Fatal(err)
	}
	rng := rand.New(rand.NewPCG(1, 1))
	fences, err := polygons(300, rng)
	if err != nil {
		t.Fatal(err)
	}
	at := make([]geo.Point, 200)
	for i := range at {
		at[i] = place(rng)
	}
	all, hits, err := compete([]contender{
		{name: "ours", build: ours, most: 1 << 20},
		{name: "parts", build: tile38Parts, most: 1 << 20},
		{name: "server", build: server.build, most: 1 << 20, round: server.round},
	}, fences, at, 3)
	if err != nil {
		t.Fatal(err)
	}
	if hits == 0 || all[2].median() <= 0 {
		t.Errorf("%v fences at a position, %v ns a lookup of the server", hits, all[2].median())
	}
	if err := server.stop(); err != nil {
		t.Error(err)
	}
	if _, err := os.Stat(server.dir); !os.IsNotExist(err) {
		t.Errorf("%s is left: %v", server.dir, err)
	}
}

func TestFaultyReplies(t *testing.T) {
	for _, text := range []string{"", "\r\n", "?1\r\n", "*x\r\n", "$3\r\nab", "*2\r\n:1\r\n", "-ERR no\r\n"} {
		if r, err := readReply(bufio.NewReader(strings.NewReader(text))); err == nil {
			t.Errorf("%q is %v", text, r)
		}
	}
}

// TestContendersAgree holds all to the same answers, those with cells too.
func TestContendersAgree(t *testing.T) {
	rng := rand.New(rand.NewPCG(2, 2))
	fences, err := madeUp(60, rng)
	if err != nil {
		t.Fatal(err)
	}
	at := make([]geo.Point, 500)
	for i := range at {
		f := fences[rng.IntN(len(fences))]
		s, w, n, e := f.Bounds()
		at[i] = geo.Point{Lat: s + rng.Float64()*(n-s), Lng: w + rng.Float64()*(e-w)}
	}
	if _, hits, err := compete(contenders, fences, at, 1); err != nil || hits < 0.5 {
		t.Errorf("%v fences at a position: %v", hits, err)
	}
}

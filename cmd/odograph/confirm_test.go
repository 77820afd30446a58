package main

import (
	"bytes"
	"context"
	"errors"
	"io"
	"os"
	"strings"
	"testing"
)

// TestConfirm: a pipe is not asked, whatever comes out of it, and Ctrl-C is a no.
func TestConfirm(t *testing.T) {
	piped, w, err := os.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	defer piped.Close()
	defer w.Close()
	if _, err := io.WriteString(w, "y\n"); err != nil {
		t.Fatal(err)
	}
	for name, in := range map[string]io.Reader{"pipe": piped, "text": strings.NewReader("y\n")} {
		var out bytes.Buffer
		if err := confirm(t.Context(), in, &out, "Write?", false); !errors.Is(err, errDeclined) || !strings.Contains(err.Error(), "--yes") || out.Len() > 0 {
			t.Errorf("%s: %v, asked %q", name, err, &out)
		}
		if err := confirm(t.Context(), in, &out, "Write?", true); err != nil || out.Len() > 0 {
			t.Errorf("%s, with --yes: %v, asked %q", name, err, &out)
		}
	}
	for text, want := range map[string]error{"y\n": nil, "Yes": nil, "n\n": errDeclined, "": errDeclined} {
		if err := ask(t.Context(), strings.NewReader(text), io.Discard, "Write?"); !errors.Is(err, want) {
			t.Errorf("answer %q: %v", text, err)
		}
	}
	open, w2, err := os.Pipe() // nobody answers
	if err != nil {
		t.Fatal(err)
	}
	defer open.Close()
	defer w2.Close()
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if err := ask(ctx, open, io.Discard, "Write?"); !errors.Is(err, errDeclined) {
		t.Errorf("interrupted: %v", err)
	}
}

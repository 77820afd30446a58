// Package items_test sends real and broken input through the real programs and
// says what has to become of every item of it.
package items_test

import (
	"os"
	"testing"

	"github.com/odograph/odograph/test/pipeline"
)

func TestMain(m *testing.M) { os.Exit(pipeline.Main(m)) }

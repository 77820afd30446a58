package dedup

import "unsafe"

// PageBytes is what the pages of a window take in memory.
func PageBytes(w *Window) int {
	n := 0
	for _, p := range w.pages {
		if p != nil {
			n += int(unsafe.Sizeof(*p)) + cap(p.prints)
		}
	}
	return n
}

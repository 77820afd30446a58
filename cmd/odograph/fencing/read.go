package fencing

import (
	"bytes"
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
)

// Form says how files are to be read.
type Form struct {
	IDProperty   string   // of a GeoJSON feature: its fence_id; empty: fence_id, or the feature's id
	NameProperty string   // its name; empty: name
	IDPrefix     string   // is put before each id
	Ignore       []string // members that are not looked at
	Repair       bool     // see geo.Repaired
}

// formats are the readers by the end of the file's name.
var formats = map[string]func(*Set, []byte, string, *Form) error{
	".geojson": (*Set).readGeoJSON,
	".json":    (*Set).readGeoJSON,
	".yaml":    (*Set).readYAML,
	".yml":     (*Set).readYAML,
	".wkt":     (*Set).readWKT,
}

const wantFormats = ".geojson, .json, .yaml, .yml or .wkt"

// Read reads files and folders of fences. An error is one of the paths; what is
// wrong in a file is refused by name.
func Read(paths []string, form Form) (*Set, error) {
	s := &Set{Ignored: map[string]int{}}
	files, err := s.files(paths)
	if err != nil {
		return nil, err
	}
	for _, file := range files {
		text, err := os.ReadFile(file)
		if err != nil {
			return nil, err
		}
		s.ReadText(text, file, &form)
	}
	s.finish()
	return s, nil
}

// ReadText reads one file's text.
func (s *Set) ReadText(text []byte, file string, form *Form) {
	if s.Ignored == nil {
		s.Ignored = map[string]int{}
	}
	text = bytes.TrimPrefix(text, []byte("\xef\xbb\xbf"))
	read := formats[strings.ToLower(filepath.Ext(file))]
	if err := read(s, text, file, form); err != nil {
		s.refuse("", file, err)
	}
}

// files are the files of fences that paths name, each once.
func (s *Set) files(paths []string) (files []string, err error) {
	var other []string
	for _, path := range paths {
		info, err := os.Stat(path)
		if err != nil {
			return nil, err
		}
		if !info.IsDir() {
			if formats[strings.ToLower(filepath.Ext(path))] == nil {
				return nil, fmt.Errorf("%s: what form does it have? Want a name that ends in %s", path, wantFormats)
			}
			files = append(files, filepath.Clean(path))
			continue
		}
		err = filepath.WalkDir(path, func(at string, e fs.DirEntry, err error) error {
			hidden := strings.HasPrefix(e.Name(), ".") && at != path
			switch {
			case err != nil:
				return err
			case hidden && e.IsDir():
				return filepath.SkipDir
			case hidden || e.IsDir():
			case formats[strings.ToLower(filepath.Ext(at))] == nil:
				other = append(other, at)
			default:
				files = append(files, at)
			}
			return nil
		})
		if err != nil {
			return nil, err
		}
	}
	if len(files) == 0 {
		return nil, fmt.Errorf("no file of fences in %s: want names that end in %s", strings.Join(paths, ", "), wantFormats)
	}
	if len(other) > 0 {
		s.Notes = append(s.Notes, "not read, since no names of files of fences: "+strings.Join(other, ", "))
	}
	slices.Sort(files)
	return slices.Compact(files), nil
}

// sortOut takes the settings out of a feature's properties. Others are counted,
// unless they look like a setting.
func (s *Set) sortOut(properties map[string][]byte, form *Form) (map[string][]byte, error) {
	out := map[string][]byte{}
	var errs []error
	for _, key := range slices.Sorted(maps.Keys(properties)) {
		switch {
		case slices.Contains(form.Ignore, key) || slices.Contains(written, key):
		case settingOf(key) != nil:
			out[key] = properties[key]
		case misspelled(key) != "":
			errs = append(errs, fmt.Errorf("%q is no setting, is %s meant? If it is something else, leave it out by --ignore-property", key, misspelled(key)))
		default:
			s.Ignored[key]++
		}
	}
	return out, errors.Join(errs...)
}

package notify

import (
	"os"
	"testing"
)

// harmsToLock are what others may try with the file of a lock that is held.
var harmsToLock = map[string]func(t *testing.T, path string){
	"nothing": func(*testing.T, string) {},
	"deleted": func(t *testing.T, path string) {
		if err := os.Remove(path); err == nil {
			t.Error("its file can be deleted")
		}
	},
	"replaced": func(t *testing.T, path string) {
		if err := os.WriteFile(path+".new", []byte("{}"), 0o600); err != nil {
			t.Fatal(err)
		}
		if err := os.Rename(path+".new", path); err == nil {
			t.Error("its file can be replaced")
		}
	},
	"emptied": func(t *testing.T, path string) {
		if err := os.Truncate(path, 0); err != nil {
			t.Fatal(err)
		}
	},
}

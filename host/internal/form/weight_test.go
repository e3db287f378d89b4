package form

import (
	"bytes"
	"compress/gzip"
	"path"
	"strings"
	"testing"
)

// TestWeight holds that what the browser loads for the page of the settings stays small: at most 15 KiB of scripts and
// 15 KiB of styles, compressed.
func TestWeight(t *testing.T) {
	files, err := assetFiles.ReadDir("assets")
	if err != nil {
		t.Fatal(err)
	}
	weights := map[string]int{}
	for _, file := range files {
		if strings.HasPrefix(file.Name(), "notification") {
			continue // They are of another page.
		}
		content, err := assetFiles.ReadFile("assets/" + file.Name())
		if err != nil {
			t.Fatal(err)
		}
		var packed bytes.Buffer
		writer := gzip.NewWriter(&packed)
		if _, err := writer.Write(content); err != nil {
			t.Fatal(err)
		}
		if err := writer.Close(); err != nil {
			t.Fatal(err)
		}
		weights[path.Ext(file.Name())] += packed.Len()
	}
	const most = 15 << 10
	for _, kind := range []string{".js", ".css"} {
		if weights[kind] == 0 || weights[kind] > most {
			t.Errorf("%s weighs %d bytes, at most %d are allowed", kind, weights[kind], most)
		}
	}
}

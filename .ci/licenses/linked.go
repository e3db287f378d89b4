package main

import (
	"bytes"
	"cmp"
	"debug/buildinfo"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"runtime/debug"
	"slices"
	"strings"
)

// component is a module that is linked, or Go's standard library.
type component struct {
	Path    string
	Version string
	// Licenses are SPDX identifiers, sorted.
	Licenses []string
	// Texts are its licences and notices.
	Texts []text
}

// Name is what the component is called in the index and in the SBOM.
func (c component) Name() string { return c.Path + "@" + c.Version }

// standardLibrary is what CycloneDX's tools call it.
const standardLibrary = "std"

// Source is where the source of exactly this version is.
func (c component) Source() string {
	if c.Path == standardLibrary {
		return "https://go.dev/dl/" + c.Version + ".src.tar.gz"
	}
	return "https://proxy.golang.org/" + escaped(c.Path) + "/@v/" + escaped(c.Version) + ".zip"
}

// escaped writes capitals as the module proxy's protocol does.
func escaped(path string) string {
	var out strings.Builder
	for _, r := range path {
		if 'A' <= r && r <= 'Z' {
			out.WriteByte('!')
			r += 'a' - 'A'
		}
		out.WriteRune(r)
	}
	return out.String()
}

// linked returns what the programs contain, sorted by name. It must run in the module that they were built from.
func linked(programs []string) ([]component, error) {
	if len(programs) == 0 {
		return nil, errors.New("no program was named")
	}
	found := map[string]component{}
	for _, program := range programs {
		info, err := buildinfo.ReadFile(program)
		if err != nil {
			return nil, err
		}
		directories, err := directories(info)
		if err != nil {
			return nil, fmt.Errorf("%s: %w", program, err)
		}
		for _, module := range contents(info) {
			if module.Replace != nil {
				return nil, fmt.Errorf("%s is replaced by %s: where is its source?", module.Path, module.Replace.Path)
			}
			c := component{Path: module.Path, Version: module.Version}
			if c.Texts, c.Licenses, err = texts(directories[c.Name()]); err != nil {
				return nil, fmt.Errorf("%s: %w", c.Name(), err)
			}
			found[c.Name()] = merge(found[c.Name()], c)
		}
	}
	all := make([]component, 0, len(found))
	for _, c := range found {
		all = append(all, c)
	}
	slices.SortFunc(all, func(a, b component) int { return cmp.Compare(a.Name(), b.Name()) })
	return all, nil
}

// contents are the modules of a program and the standard library.
func contents(info *debug.BuildInfo) []*debug.Module {
	goVersion, _, _ := strings.Cut(info.GoVersion, " ")
	return append(slices.Clone(info.Deps), &debug.Module{Path: standardLibrary, Version: goVersion})
}

// merge unites what two programs link of one component.
func merge(a, b component) component {
	for _, t := range a.Texts {
		if !slices.ContainsFunc(b.Texts, func(other text) bool { return other.Name == t.Name }) {
			b.Texts = append(b.Texts, t)
		}
	}
	slices.SortFunc(b.Texts, func(a, b text) int { return cmp.Compare(a.Name, b.Name) })
	b.Licenses = append(b.Licenses, a.Licenses...)
	slices.Sort(b.Licenses)
	b.Licenses = slices.Compact(b.Licenses)
	return b
}

// source is where a component's files are: its root, and the directories of its linked packages.
type source struct {
	root     string
	packages []string
}

// directories asks the go command where the linked packages of a program are, by the names of their components.
func directories(info *debug.BuildInfo) (map[string]source, error) {
	list := exec.Command("go", "list", "-deps", "-json=Dir,Standard,Module", info.Path)
	list.Env, list.Stderr = os.Environ(), os.Stderr
	for _, setting := range info.Settings { // What is linked depends on them.
		if strings.HasPrefix(setting.Key, "GO") || setting.Key == "CGO_ENABLED" {
			list.Env = append(list.Env, setting.Key+"="+setting.Value)
		}
	}
	out, err := list.Output()
	if err != nil {
		return nil, err
	}
	root, err := exec.Command("go", "env", "GOROOT").Output()
	if err != nil {
		return nil, err
	}
	goVersion, _, _ := strings.Cut(info.GoVersion, " ")
	found := map[string]source{standardLibrary + "@" + goVersion: {root: strings.TrimSpace(string(root))}}
	for decoder := json.NewDecoder(bytes.NewReader(out)); ; {
		var p struct {
			Dir      string
			Standard bool
			Module   *struct {
				Path, Version, Dir string
				Main               bool
			}
		}
		if err := decoder.Decode(&p); errors.Is(err, io.EOF) {
			return found, nil
		} else if err != nil {
			return nil, err
		}
		if p.Standard || p.Module == nil || p.Module.Main {
			continue
		}
		name := p.Module.Path + "@" + p.Module.Version
		found[name] = source{root: p.Module.Dir, packages: append(found[name].packages, filepath.Clean(p.Dir))}
	}
}

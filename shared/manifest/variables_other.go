//go:build !windows

package manifest

// always are the variables that every plugin may see.
var always = []Pattern{"PATH", "HOME", "TZ", "TMPDIR", "LANG"}

// variableName is how the name of a variable is compared and passed on: as it is written.
func variableName(name string) string { return name }

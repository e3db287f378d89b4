package secret

import "path/filepath"

// localPath is the path that stands behind file://. A drive may stand behind a slash, as in file:///C:/path.
func localPath(path string) string {
	if len(path) > 1 && path[0] == '/' && filepath.VolumeName(path[1:]) != "" && path[1] != '/' && path[1] != '\\' {
		return path[1:]
	}
	return path
}

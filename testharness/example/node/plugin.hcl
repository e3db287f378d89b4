plugin "collector" {
  binary = "collector-plugin.js"
}

package skeleton

import "embed"

// Files is the source of the skeleton, which testharness new copies under another name. It is compiled and tested where
// it stands, so that what is copied works.
//
//go:embed page.go schema.go state.go run.go page_test.go skeleton-plugin/main.go
var Files embed.FS

// Package host is what a Console imports. Open reads plugin.hcl and starts the plugin that it declares; the Host then
// offers the page as a [shared.SettingsPage], for programs, and as an http.Handler, for administrators.
//
// The plugin runs as a process of its own and is untrusted input: its schema is bounded and checked, its calls have
// deadlines, its crash is noticed at once and answered with a restart. A caller keeps the same page over all restarts.
package host

// What a browser brings back from a sign-in elsewhere belongs into no history, and leads nowhere a second time.
if (/\/return-[^/]*$/.test(location.pathname)) history.replaceState(null, "", "./");

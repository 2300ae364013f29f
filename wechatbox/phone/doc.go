// Package phone is the page of WeChat in a box: a desk with a phone for each person, and a clock to wind.
//
// A [Desk] is an http.Handler for GET / and everything under /phone/. It keeps no state of its own but the scene that
// plays and the winding that goes on: what phones lie on the desk and what each shows is in the page's address, and all else is in
// the box. HTML is rendered here; a small script of our own swaps the parts of a phone that changed, told by one stream of server-sent
// events a page. Reading is by GET and never changes anything; every change is a POST, refused from other origins.
//
// What people call themselves and write is hostile input: it reaches the page through html/template alone, and the content security
// policy allows no script, style, frame or connection but our own.
package phone

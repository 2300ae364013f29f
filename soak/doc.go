// Package soak proves from outside what the house promises: nothing is lost, nothing is done twice, whatever happens to the
// process, the network or the disk.
//
// It holds tests alone. They drive the built program, or the whole bot, against WeChat in a box, which remembers all that was
// said and sent, and compare that with what the store knows. Whatever is random comes from a seed: a run that fails names it,
// and keeps its folder. KILLS, SEED and RACE in the environment make the kill harness longer, other, and checked for races.
package soak

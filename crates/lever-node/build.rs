//! Tells the linker what a Node addon leaves undefined.

fn main() {
    napi_build::setup();
}

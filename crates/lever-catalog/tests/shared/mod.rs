//! A catalog of its own for each test.

#![allow(dead_code)] // each test uses some of it
#![allow(clippy::needless_pass_by_value, clippy::unwrap_used)] // calls read better

use std::fs;
use std::path::{Path, PathBuf};

use lever_catalog::Catalog;
use lever_catalog::transfer::{ExportOptions, ImportOptions, Imported, LineReport};
use lever_catalog::wire::{Options, TeachInput, TrustOptions};
use serde_json::json;
use tempfile::TempDir;

pub(crate) struct Home {
    pub(crate) folder: TempDir,
    pub(crate) catalog: Catalog,
}

impl Home {
    pub(crate) fn new() -> Self {
        let folder = TempDir::new().unwrap();
        let catalog = open(folder.path());
        Self { folder, catalog }
    }

    /// As another process sees it.
    pub(crate) fn reopen(&mut self) {
        self.catalog = open(self.folder.path());
    }

    pub(crate) fn file(&self, name: &str, bytes: impl AsRef<[u8]>) -> PathBuf {
        let path = self.folder.path().join(name);
        fs::write(&path, bytes).unwrap();
        path
    }

    pub(crate) fn import_with(&mut self, options: &ImportOptions) -> (Imported, Vec<LineReport>) {
        let mut lines = Vec::new();
        let imported = self
            .catalog
            .import("default", options, &mut |event| {
                lines.extend(event.lines);
                Ok(())
            })
            .unwrap();
        (imported, lines)
    }

    pub(crate) fn import(&mut self, path: &Path) -> (Imported, Vec<LineReport>) {
        self.import_with(&ImportOptions {
            path: Some(path.to_path_buf()),
            ..ImportOptions::default()
        })
    }

    pub(crate) fn teach(&mut self, value: serde_json::Value) {
        let mut full = json!({
            "pattern": false, "aliases": [], "params": [], "interpreter": null, "trust": null, "tags": [],
            "permissions": {}, "replace": false, "approve": true
        });
        full.as_object_mut()
            .unwrap()
            .extend(value.as_object().unwrap().clone());
        let input: TeachInput = serde_json::from_value(full).unwrap();
        let taught = serde_json::to_value(self.catalog.teach("default", &input).unwrap()).unwrap();
        assert_eq!(taught["status"], "created", "{taught}");
    }

    pub(crate) fn export(&self, format: &str) -> String {
        let options = ExportOptions {
            format: format.into(),
            ..ExportOptions::default()
        };
        self.catalog.export_text("default", &options).unwrap()
    }
}

fn open(folder: &Path) -> Catalog {
    Catalog::open(&Options {
        home: folder.display().to_string(),
        namespace: "default".into(),
        seed: false,
        embedder: "auto".into(),
        embedder_model: None,
        onnxruntime: None,
        pack: String::new(),
        bank: None,
        platform: "linux".into(),
        trust: TrustOptions {
            new: 50.0,
            success: 1.5,
            failure: 4.0,
            floor: 40.0,
        },
    })
    .unwrap()
}

use std::path::PathBuf;

/// Why the model cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum MiniLmError {
    /// A file of the model's folder is missing or unreadable.
    #[error("{}: {source}", .path.display())]
    File {
        /// Which file.
        path: PathBuf,
        /// The system's reason.
        source: std::io::Error,
    },
    /// The folder's vocabulary is not one of WordPiece.
    #[error("{}: {problem}", .path.display())]
    Vocabulary {
        /// Which file.
        path: PathBuf,
        /// What is wrong with it.
        problem: String,
    },
    /// The runtime cannot be loaded, or does not take the model.
    #[error("the ONNX runtime: {0}")]
    Runtime(String),
}

impl MiniLmError {
    /// The stable name of this kind of error.
    pub fn code(&self) -> &'static str {
        match self {
            Self::File { .. } | Self::Vocabulary { .. } => "embedder_model_invalid",
            Self::Runtime(_) => "embedder_runtime_invalid",
        }
    }

    /// What the person can do about it.
    pub fn hint(&self) -> &'static str {
        match self {
            Self::File { .. } | Self::Vocabulary { .. } => {
                "LEVER_EMBEDDER_MODEL names a folder with model.onnx and vocab.txt or tokenizer.json"
            }
            Self::Runtime(_) => {
                "install onnxruntime-node beside lever-runner, or name libonnxruntime with LEVER_ONNXRUNTIME (1.22 or newer)"
            }
        }
    }
}

impl From<ort::Error> for MiniLmError {
    fn from(error: ort::Error) -> Self {
        Self::Runtime(error.to_string())
    }
}

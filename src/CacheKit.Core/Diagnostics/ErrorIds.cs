namespace CacheKit.Core.Diagnostics;

/// <summary>
/// The catalogue of error ids. docs/errors.md lists them with their meaning and the way out; a test compares the two.
/// </summary>
public static class ErrorIds
{
    /// <summary>A checkpoint of an audit log has another form.</summary>
    public const string AuditCheckpointInvalid = nameof(AuditCheckpointInvalid);

    /// <summary>Others than its owner may write to the audit log.</summary>
    public const string AuditLogTooOpen = nameof(AuditLogTooOpen);

    /// <summary>The audit log cannot be opened or read.</summary>
    public const string AuditLogUnusable = nameof(AuditLogUnusable);

    /// <summary>A line could not be added to the audit log.</summary>
    public const string AuditWriteFailed = nameof(AuditWriteFailed);

    /// <summary>A file of metrics cannot be written.</summary>
    public const string MetricFileUnusable = nameof(MetricFileUnusable);

    /// <summary>No source holds a master key.</summary>
    public const string MasterKeyMissing = nameof(MasterKeyMissing);

    /// <summary>A source holds something that is not a master key (64 hex digits, 32 bytes).</summary>
    public const string MasterKeyInvalid = nameof(MasterKeyInvalid);

    /// <summary>Keys cannot be used together: too many, one of them twice, or a blank place among them.</summary>
    public const string KeyRingInvalid = nameof(KeyRingInvalid);

    /// <summary>Variables that name several keys contradict each other.</summary>
    public const string KeyRingConflict = nameof(KeyRingConflict);

    /// <summary>The key file can be read by others than its owner.</summary>
    public const string KeyFileTooOpen = nameof(KeyFileTooOpen);

    /// <summary>The key file cannot be read or written.</summary>
    public const string KeyFileUnusable = nameof(KeyFileUnusable);

    /// <summary>The key file is there already.</summary>
    public const string KeyFileExists = nameof(KeyFileExists);

    /// <summary>A key file or secret is not what it was when it was read, or is being replaced right now.</summary>
    public const string KeyFileChanged = nameof(KeyFileChanged);

    /// <summary>There is no previous key to be promoted.</summary>
    public const string RotationNotStarted = nameof(RotationNotStarted);

    /// <summary>Entries remain under keys that are to be dropped.</summary>
    public const string RotationIncomplete = nameof(RotationIncomplete);

    /// <summary>A key that is to be promoted has encrypted already.</summary>
    public const string RotationBackwards = nameof(RotationBackwards);

    /// <summary>Keys were to be taken from a secret vault, and the module for these is not there.</summary>
    public const string SecretManagementMissing = nameof(SecretManagementMissing);

    /// <summary>A secret vault does not give or take a secret.</summary>
    public const string SecretVaultFailed = nameof(SecretVaultFailed);

    /// <summary>CACHEKIT_CACHE_PATH is not the full path of a file.</summary>
    public const string CachePathInvalid = nameof(CachePathInvalid);

    /// <summary>More than one variable chooses a store.</summary>
    public const string StoreAmbiguous = nameof(StoreAmbiguous);

    /// <summary>A variable or parameter that configures a store has a value that means nothing.</summary>
    public const string StoreSettingInvalid = nameof(StoreSettingInvalid);

    /// <summary>User and password of a store are given in two places.</summary>
    public const string CredentialConflict = nameof(CredentialConflict);

    /// <summary>A tenant is blank or too long.</summary>
    public const string TenantInvalid = nameof(TenantInvalid);

    /// <summary>The session was closed.</summary>
    public const string SessionClosed = nameof(SessionClosed);

    /// <summary>The URL or configuration string of a Redis cannot be read, or asks for what is never done.</summary>
    public const string RedisUrlInvalid = nameof(RedisUrlInvalid);

    /// <summary>The file with the certificates of the trusted authorities cannot be used.</summary>
    public const string CaFileInvalid = nameof(CaFileInvalid);

    /// <summary>The address of an HTTP store cannot be read, or is one that the key must not be sent to.</summary>
    public const string ApiUrlInvalid = nameof(ApiUrlInvalid);

    /// <summary>The key of an HTTP store cannot be one.</summary>
    public const string ApiKeyInvalid = nameof(ApiKeyInvalid);

    /// <summary>There is a backend of that name already.</summary>
    public const string BackendExists = nameof(BackendExists);

    /// <summary>There is no backend of that name.</summary>
    public const string BackendNotFound = nameof(BackendNotFound);

    /// <summary>The name of a backend has characters or a length that it cannot have.</summary>
    public const string BackendNameInvalid = nameof(BackendNameInvalid);

    /// <summary>A block of a backend does not take what it is called with, or its counterpart is missing.</summary>
    public const string BackendBlockInvalid = nameof(BackendBlockInvalid);

    /// <summary>A time to live is not a positive duration of at most 3,650 days.</summary>
    public const string TtlInvalid = nameof(TtlInvalid);

    /// <summary>A namespace has characters or a length that a key cannot carry.</summary>
    public const string NamespaceInvalid = nameof(NamespaceInvalid);

    /// <summary>An explicit key is blank or too long.</summary>
    public const string KeyInvalid = nameof(KeyInvalid);

    /// <summary>The block reads something that has no value identity, so that no key can cover it.</summary>
    public const string KeyNotDerivable = nameof(KeyNotDerivable);

    /// <summary>
    /// An argument of an interop call is nothing that other languages share, or does not bind to the block.
    /// </summary>
    public const string InteropArgumentInvalid = nameof(InteropArgumentInvalid);

    /// <summary>An argument of an interop call is missing, and its parameter has no constant default.</summary>
    public const string InteropArgumentMissing = nameof(InteropArgumentMissing);

    /// <summary>The namespace or operation of an interop call is missing, or cannot be one.</summary>
    public const string InteropNameInvalid = nameof(InteropNameInvalid);

    /// <summary>The session's store is one that nobody shares.</summary>
    public const string InteropStoreUnsuitable = nameof(InteropStoreUnsuitable);

    /// <summary>An interop call is for another tenant than the one that all participants have agreed on.</summary>
    public const string InteropTenantConflict = nameof(InteropTenantConflict);

    /// <summary>Parameters that contradict each other were given together.</summary>
    public const string ParameterConflict = nameof(ParameterConflict);

    /// <summary>A value has a type that cannot be cached.</summary>
    public const string ValueTypeUnsupported = nameof(ValueTypeUnsupported);

    /// <summary>A value refers to itself or nests too deeply.</summary>
    public const string ValueTooDeep = nameof(ValueTooDeep);

    /// <summary>A column of a table has values of different types.</summary>
    public const string TableColumnMixed = nameof(TableColumnMixed);

    /// <summary>The output is not a table of rows with the same simple properties.</summary>
    public const string TableShapeUnsupported = nameof(TableShapeUnsupported);

    /// <summary>A value is larger than 512 MiB when serialized.</summary>
    public const string ValueTooLarge = nameof(ValueTooLarge);

    /// <summary>An authentic entry does not decode.</summary>
    public const string EntryMalformed = nameof(EntryMalformed);

    /// <summary>A stored entry is not authentic: altered, moved, or sealed under another key.</summary>
    public const string EntryNotAuthentic = nameof(EntryNotAuthentic);

    /// <summary>A block asks for its own result while it is being computed.</summary>
    public const string RecursiveKey = nameof(RecursiveKey);

    /// <summary>A secret was to be kept, or to make a key, without encryption.</summary>
    public const string SecretRefused = nameof(SecretRefused);

    /// <summary>There is no item of that name, or no entry of that key.</summary>
    public const string ItemNotFound = nameof(ItemNotFound);

    /// <summary>The name of an item is blank, too long, or has a character that a name cannot have.</summary>
    public const string ItemNameInvalid = nameof(ItemNameInvalid);

    /// <summary>An entry belongs to another tenant than the session's, or to another master key.</summary>
    public const string EntryNotOfTenant = nameof(EntryNotOfTenant);

    /// <summary>Protected data is not authentic: altered, or sealed for another key, tenant or master key.</summary>
    public const string DataNotAuthentic = nameof(DataNotAuthentic);

    /// <summary>Bytes that were to be a frame of the Python SDK are none, or one that is not sound.</summary>
    public const string PythonFrameInvalid = nameof(PythonFrameInvalid);

    /// <summary>A frame of the Python SDK says that it is not encrypted.</summary>
    public const string PythonFrameNotEncrypted = nameof(PythonFrameNotEncrypted);

    /// <summary>A frame of the Python SDK names another tenant than that of the call.</summary>
    public const string PythonFrameTenantMismatch = nameof(PythonFrameTenantMismatch);

    /// <summary>A frame of the Python SDK names a key that is not in the ring.</summary>
    public const string PythonFrameKeyUnknown = nameof(PythonFrameKeyUnknown);

    /// <summary>What a serializer of the Python SDK wrote cannot be read here.</summary>
    public const string PythonSerializerUnsupported = nameof(PythonSerializerUnsupported);

    /// <summary>The store cannot list its keys.</summary>
    public const string StoreCannotList = nameof(StoreCannotList);

    /// <summary>The store has a fault, and what was asked cannot be done without it.</summary>
    public const string StoreUnavailable = nameof(StoreUnavailable);

    /// <summary>The store does not accept who asks: a password or key is missing or wrong.</summary>
    public const string StoreAuthenticationFailed = nameof(StoreAuthenticationFailed);

    /// <summary>The store could not prove who it is: its certificate is not trusted, or of another name.</summary>
    public const string StoreTlsFailed = nameof(StoreTlsFailed);
}

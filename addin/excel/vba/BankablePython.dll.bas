Option Explicit
Option Private Module
' Starts the user's Python through xlwings' DLL and hands out its COM object. The file
' %USERPROFILE%\.bankable\bankable.conf, written by "bankable install", says where Python is.

#If Mac Then
#ElseIf Win64 Then
Private Const DLL_NAME As String = "xlwings64-{xlwings}.dll"
Private Declare PtrSafe Function Activate Lib "xlwings64-{xlwings}.dll" Alias "XLPyDLLActivateAuto" (ByRef Result As Variant, ByVal Config As String, ByVal Mode As Long) As Long
Private Declare PtrSafe Function LoadLibrary Lib "kernel32" Alias "LoadLibraryW" (ByVal Path As LongPtr) As LongPtr
#Else
Private Const DLL_NAME As String = "xlwings32-{xlwings}.dll"
Private Declare PtrSafe Function Activate Lib "xlwings32-{xlwings}.dll" Alias "XLPyDLLActivateAuto" (ByRef Result As Variant, ByVal Config As String, ByVal Mode As Long) As Long
Private Declare PtrSafe Function LoadLibrary Lib "kernel32" Alias "LoadLibraryW" (ByVal Path As LongPtr) As LongPtr
#End If

Private Const RIBBON_MODULE As String = "bankable.addin.excel.ribbon"

Private ServerCommand As String

' The COM object of the running Python; starts it if it is not running.
Public Function Python() As Object
#If Mac Then
    Err.Raise 1000, "Bankable", "This add-in is for Excel on Windows. Excel on the Mac: see the page 'Excel on the web and on the Mac'."
#Else
    Dim Result As Variant
    If Len(ServerCommand) = 0 Then Prepare
    If Activate(Result, ServerCommand, 1) <> 0 Then Err.Raise 1000, "Bankable", CStr(Result)
    Set Python = Result
#End If
End Function

' Ends the running Python; the next call starts a new one.
Public Sub StopPython()
#If Mac Then
#Else
    Dim Result As Variant
    If Len(ServerCommand) = 0 Then Exit Sub
    If Activate(Result, ServerCommand, -1) <> 0 Then Err.Raise 1000, "Bankable", CStr(Result)
    ServerCommand = ""
#End If
End Sub

' Begins a task of the ribbon on the active workbook; its first text.
Public Function StartTask(ByVal Server As Object, ByVal Task As String, ByVal Argument As String) As String
    If Not ActiveWorkbook Is Nothing Then Server.SetAttr Server.Module("xlwings._xlwindows"), "BOOK_CALLER", ActiveWorkbook
    StartTask = Server.Str(Server.Call(Server.Module(RIBBON_MODULE), "start", Server.Tuple(Task, Argument)))
End Function

Public Function AdvanceTask(ByVal Server As Object) As String
    AdvanceTask = Server.Str(Server.Call(Server.Module(RIBBON_MODULE), "advance"))
End Function

Public Sub CancelTask(ByVal Server As Object)
    Server.Call Server.Module(RIBBON_MODULE), "cancel"
End Sub

#If Mac Then
#Else
Private Sub Prepare()
    Dim Interpreter As String, Folder As String
    Interpreter = Setting("INTERPRETER_WIN")
    Folder = Setting("DLL_FOLDER")
    If LoadLibrary(StrPtr(Folder & "\" & DLL_NAME)) = 0 Then
        Err.Raise 1000, "Bankable", "Could not load " & DLL_NAME & " from " & Folder & ". Run: bankable doctor"
    End If
    ' -P keeps the current folder out of Python's search path.
    ServerCommand = "cmd.exe  /K " & Chr(34) & Chr(34) & Interpreter & Chr(34) & " -P -c " & Chr(34) & "import xlwings; xlwings.serve('$(CLSID)')" & Chr(34) & Chr(34)
End Sub

Private Function Setting(ByVal Key As String) As String
    Dim Path As String, Entry As String, Held As String, Number As Integer, Found As Boolean
    Path = Environ("USERPROFILE") & "\.bankable\bankable.conf"
    Number = FreeFile
    On Error GoTo Missing
    Open Path For Input As #Number
    Do While Not EOF(Number)
        Input #Number, Entry, Held
        If UCase$(Entry) = Key Then
            Setting = Held
            Found = True
        End If
    Loop
    Close #Number
    On Error GoTo 0
    If Not Found Then Err.Raise 1000, "Bankable", Path & " has no " & Key & ". Run: bankable install"
    Exit Function
Missing:
    Err.Raise 1000, "Bankable", "Bankable is not installed for this user: " & Path & " cannot be read. Run: bankable install"
End Function
#End If

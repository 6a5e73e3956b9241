"""What calls do, by the qualified name of the function called.

A name ending in ``.*`` covers a module or class; the longest entry wins. Names that stand nowhere
here are unknown. It is Python, and not a file of data, since a program that chooses its level
while it runs pays for reading it.
"""

from __future__ import annotations


def _names(text: str) -> frozenset[str]:
    return frozenset(text.split())


CALLS = {
    "pure": _names(
        """
        abs all any ascii bin bool bytearray bytes callable chr complex dict divmod enumerate
        filter float format frozenset getattr hasattr hash hex id int isinstance
        issubclass iter len list map max min oct ord pow range repr reversed round set
        slice sorted str sum super tuple type zip
        bytes.fromhex bytes.maketrans dict.fromkeys float.fromhex int.from_bytes
        base64.*
        binascii.*
        bisect.bisect bisect.bisect_left bisect.bisect_right
        array.array
        cmath.*
        collections.Counter collections.OrderedDict collections.defaultdict
        collections.deque
        contextlib.nullcontext contextlib.suppress
        copy.copy copy.deepcopy
        datetime.date datetime.date.* datetime.datetime datetime.datetime.* datetime.time
        datetime.time.* datetime.timedelta datetime.timedelta.*
        decimal.Decimal
        difflib.SequenceMatcher difflib.SequenceMatcher.get_matching_blocks
        difflib.SequenceMatcher.get_opcodes difflib.SequenceMatcher.ratio
        difflib.get_close_matches
        fractions.Fraction
        functools.cache functools.cmp_to_key functools.lru_cache functools.partial
        functools.reduce
        hashlib.*
        html.*
        BytesIO StringIO
        ipaddress.ip_address ipaddress.ip_interface ipaddress.ip_network
        itertools.*
        json.dumps json.loads
        math.*
        numpy.*
        operator.abs operator.add operator.and_ operator.attrgetter operator.concat
        operator.contains operator.countOf operator.eq operator.floordiv operator.ge
        operator.getitem operator.gt operator.index operator.indexOf operator.inv
        operator.invert operator.is_ operator.is_not operator.itemgetter operator.le
        operator.lshift operator.lt operator.matmul operator.mod operator.mul
        operator.ne operator.neg operator.not_ operator.or_ operator.pos operator.pow
        operator.rshift operator.sub operator.truediv operator.truth operator.xor
        os.path.basename os.path.dirname os.path.join os.path.split os.path.splitext
        pathlib.Path pathlib.Path.joinpath pathlib.Path.with_suffix pathlib.PurePath
        pickle.dumps
        re.* re.Match.* re.Pattern.*
        requests.models.Response.*
        statistics.*
        str.*
        string.*
        struct.*
        textwrap.*
        unicodedata.*
        urllib.parse.*
        zlib.*
        """
    ),
    "reads": _names(
        """
        contextvars.ContextVar.get
        csv.DictReader csv.reader
        datetime.date.today datetime.datetime.now datetime.datetime.today
        datetime.datetime.utcnow
        file.close file.read file.readline file.readlines file.seek file.tell
        glob.glob
        http.client.HTTPResponse.read
        json.load
        numpy.fromfile numpy.genfromtxt numpy.load numpy.loadtxt
        os.getcwd os.getenv os.listdir os.path.* os.scandir os.stat
        pandas.read_csv pandas.read_json pandas.read_parquet
        pathlib.Path.exists pathlib.Path.glob pathlib.Path.is_dir pathlib.Path.is_file
        pathlib.Path.iterdir pathlib.Path.read_bytes pathlib.Path.read_text
        pathlib.Path.stat
        pickle.load pickle.loads
        requests.api.get requests.api.head requests.sessions.Session
        requests.sessions.Session.close requests.sessions.Session.get
        requests.sessions.Session.head
        socket.gethostbyname
        sqlite3.Connection.close sqlite3.Connection.cursor sqlite3.Cursor.close
        sqlite3.Cursor.fetchall sqlite3.Cursor.fetchmany sqlite3.Cursor.fetchone
        sqlite3.connect
        time.*
        tomllib.load
        urllib.request.urlopen
        zipfile.ZipFile.namelist zipfile.ZipFile.read
        """
    ),
    # Where a shorter name says otherwise.
    "unknown": _names("numpy.ndarray.* numpy.ufunc.*"),
    "draws": _names(
        """
        numpy.random.*
        random.*
        secrets.*
        uuid.uuid4
        """
    ),
    "writes": _names(
        """
        input
        builtins.exec
        file.write file.writelines
        json.dump
        numpy.copyto numpy.fill_diagonal numpy.info numpy.ma.core.harden_mask
        numpy.ma.core.put numpy.ma.core.putmask numpy.ma.core.set_fill_value
        numpy.ma.core.soften_mask numpy.memmap numpy.nditer
        numpy.place numpy.put numpy.put_along_axis numpy.putmask numpy.save
        numpy.savetxt numpy.savez numpy.savez_compressed numpy.show_config
        numpy.show_runtime
        operator.delitem operator.iadd operator.methodcaller operator.setitem
        os.fork os.forkpty os.kill os.killpg os.makedirs os.mkdir os.posix_spawn
        os.posix_spawnp os.remove os.rename os.replace os.rmdir os.system os.unlink
        os.write
        pathlib.Path.copy pathlib.Path.mkdir pathlib.Path.rename pathlib.Path.replace
        pathlib.Path.rmdir pathlib.Path.touch
        pathlib.Path.unlink pathlib.Path.write_bytes pathlib.Path.write_text
        requests.api.delete requests.api.patch requests.api.post requests.api.put
        shutil.*
        struct.pack_into
        subprocess.*
        urllib.request.urlretrieve
        """
    ),
    # Calls that answer for the thread that makes them.
    "of_its_thread": _names(
        """
        _asyncio.current_task _asyncio.get_event_loop _asyncio.get_running_loop
        _thread.get_ident _thread.get_native_id
        asyncio.current_task asyncio.events.get_event_loop
        asyncio.events.get_running_loop asyncio.get_event_loop asyncio.get_running_loop
        asyncio.tasks.current_task
        inspect.currentframe inspect.stack
        signal.set_wakeup_fd signal.signal
        sys._getframe sys.setprofile sys.settrace
        threading.current_thread threading.get_ident threading.get_native_id
        traceback.extract_stack traceback.format_stack traceback.print_stack
        """
    ),
    # Calls that answer for the process that makes them, or change what only it sees.
    "of_its_process": _names(
        """
        __import__ eval exec globals id
        _signal.*
        _tracemalloc.*
        atexit.*
        gc.*
        importlib.*
        logging.*
        multiprocessing.process.active_children multiprocessing.process.current_process
        multiprocessing.process.parent_process
        os.getpgid os.getpid os.getppid
        signal.*
        sys.intern
        threading.active_count threading.enumerate
        traceback.print_exc traceback.print_exception traceback.print_tb
        tracemalloc.*
        """
    ),
    # Calls that change a setting which other items see, or would miss.
    "settings": _names(
        """
        contextvars.ContextVar.reset contextvars.ContextVar.set
        decimal.setcontext
        locale.setlocale
        numpy.set_printoptions numpy.set_string_function numpy.setbufsize numpy.seterr
        numpy.seterrcall
        os.chdir os.putenv os.umask os.unsetenv
        signal.signal
        socket.setdefaulttimeout
        sys.set_int_max_str_digits sys.setrecursionlimit
        """
    ),
    # Functions that change their first argument.
    "changing_first": _names(
        """
        delattr setattr
        bisect.insort bisect.insort_left bisect.insort_right
        dict.clear dict.pop dict.setdefault dict.update
        heapq.heapify heapq.heappop heapq.heappush heapq.heappushpop heapq.heapreplace
        list.append list.clear list.extend list.insert list.pop list.remove list.reverse
        list.sort
        numpy.copyto numpy.fill_diagonal numpy.ma.core.harden_mask numpy.ma.core.put
        numpy.ma.core.putmask numpy.ma.core.set_fill_value numpy.ma.core.soften_mask
        numpy.place numpy.put numpy.put_along_axis numpy.putmask
        operator.delitem operator.iadd operator.iand operator.iconcat operator.imul
        operator.ior operator.isub operator.setitem
        set.add set.update
        struct.pack_into
        """
    ),
    # Methods that only read the object they belong to, whatever built-in type it has.
    "pure_methods": _names(
        """
        _asdict _replace
        all any argmax argmin argsort as_integer_ratio astype bit_count bit_length
        capitalize casefold clip conjugate copy count cumprod cumsum date decode diagonal
        difference digest dot encode endswith expandtabs find findall finditer flatten
        format fullmatch get getvalue group groupdict groups hex hexdigest index
        intersection isalnum isalpha isascii isdecimal isdigit isdisjoint isidentifier
        islower isnumeric isocalendar isoformat isoweekday isprintable isspace issubset
        issuperset istitle isupper item items join json keys ljust lower lstrip max mean
        min most_common nonzero partition prod quantize ravel removeprefix removesuffix
        repeat replace reshape rfind rindex rjust round rpartition rsplit rstrip
        searchsorted span split splitlines startswith std strftime strip sum swapaxes
        swapcase symmetric_difference take timestamp title to_bytes tobytes tolist
        toordinal total_seconds trace translate transpose union upper values var weekday
        zfill
        """
    ),
    # Methods that change the object they belong to.
    "changing_methods": _names(
        """
        __delitem__ __iadd__ __setitem__ add append appendleft clear difference_update
        discard extend extendleft fill insert intersection_update move_to_end pop
        popitem popleft remove resize reverse rotate setdefault sort subtract
        symmetric_difference_update update
        """
    ),
}
# What a call returns, where its methods are listed above.
RETURNS = {
    "bz2.open": "file",
    "datetime.datetime.date": "datetime.date",
    "datetime.datetime.strptime": "datetime.datetime",
    "datetime.datetime.time": "datetime.time",
    "gzip.open": "file",
    "io.open": "file",
    "lzma.open": "file",
    "open": "file",
    "pathlib.Path.open": "file",
    "pathlib._local.Path": "pathlib.Path",
    "re.Pattern.fullmatch": "re.Match",
    "re.Pattern.match": "re.Match",
    "re.Pattern.search": "re.Match",
    "re.compile": "re.Pattern",
    "re.fullmatch": "re.Match",
    "re.match": "re.Match",
    "re.search": "re.Match",
    "requests.api.get": "requests.models.Response",
    "requests.sessions.Session.get": "requests.models.Response",
    "sqlite3.connect": "sqlite3.Connection",
    "sqlite3.Connection.cursor": "sqlite3.Cursor",
    "sqlite3.Connection.execute": "sqlite3.Cursor",
    "sqlite3.Cursor.execute": "sqlite3.Cursor",
    "urllib.request.urlopen": "http.client.HTTPResponse",
}
